#include "stages/verify_backup.hpp"

#include "backup/check.hpp"
#include "backup/manifest.hpp"
#include "backup/server.hpp"
#include "backup/wording.hpp"
#include "stages/backup.hpp"
#include "stages/proven_further.hpp"

namespace orchestrate {
namespace {

namespace fs = std::filesystem;

Outcome refused(std::string summary, std::string fix) {
  Outcome outcome{.verdict = Verdict::failed, .summary = std::move(summary)};
  outcome.details.push_back("fix: " + fix);
  return outcome;
}

/// One dump of whatever age: decoded, hashed, compared with its manifest where it has one, and restored where wanted.
Task<Outcome> look_at(StageContext& context, fs::path dump, Wanted wanted) {
  const std::string name = dump.filename().string();
  backup::CheckRule rule{.pattern = dump.string(), .max_age = std::nullopt};
  const auto checked = co_await backup::check_dump(context, std::move(rule));
  if (const auto* rejection = std::get_if<backup::Rejection>(&checked)) {
    Outcome outcome = refused(name + ": " + rejection->reasons.front().why, rejection->reasons.front().fix);
    if (!rejection->damage.empty()) outcome.evidence.push_back(damage(dump, rejection->damage));
    co_return outcome;
  }
  const auto& proof = std::get<backup::Proof>(checked);
  const fs::path beside = backup::manifest_path(dump);
  const auto manifest = fs::exists(beside) ? backup::read_manifest(beside) : std::nullopt;
  if (manifest && proof.sha256 != manifest->sha256) {
    const std::string why = "its bytes are not those that its manifest tells of";
    Outcome outcome = refused(name + ": " + why, "orchestrate apply " + manifest->app + " takes a new one");
    outcome.evidence.push_back(damage(dump, why));
    co_return outcome;
  }
  Outcome outcome{.verdict = Verdict::passed, .summary = backup::summary_of(proof)};
  outcome.evidence.push_back(backup::evidence_of(proof));
  co_return co_await proven_further(context, proof, std::move(outcome), wanted);
}

class NewestTaken : public Stage {
 public:
  NewestTaken(fs::path directory, Wanted wanted) : directory_(std::move(directory)), wanted_(wanted) {}

  std::string describe() const override { return "verify the newest dump in " + directory_.string(); }

  Task<Outcome> run(StageContext& context) const override {
    const std::string& app = context.application.policy.app;
    const auto server = co_await backup::ask_server(context.application, context.ports.databases, context.stop);
    const auto manifest = backup::newest_manifest(directory_, app, server.database);
    if (!manifest)
      co_return refused("no dump of " + server.database + " in " + directory_.string(), "orchestrate apply " + app);
    co_return co_await look_at(context, directory_ / manifest->file, wanted_);
  }

 private:
  fs::path directory_;
  Wanted wanted_;
};

class NamedDump : public Stage {
 public:
  NamedDump(fs::path dump, Wanted wanted) : dump_(std::move(dump)), wanted_(wanted) {}

  std::string describe() const override { return "verify " + dump_.string(); }
  Task<Outcome> run(StageContext& context) const override { return look_at(context, dump_, wanted_); }

 private:
  fs::path dump_;
  Wanted wanted_;
};

}  // namespace

std::unique_ptr<Stage> verification_of(const StageSpec& backup, const Policy& policy) {
  if (backup.settings.has("check")) return backup_stage.bind(backup, policy);
  return std::make_unique<NewestTaken>(backup.settings.text("take"), wanted_of(backup));
}

std::unique_ptr<Stage> verification_of_dump(const StageSpec& backup, std::filesystem::path dump) {
  return std::make_unique<NamedDump>(std::move(dump), wanted_of(backup));
}

}  // namespace orchestrate
