#include "stages/verify_backup.hpp"

#include <filesystem>

#include "backup/check.hpp"
#include "backup/manifest.hpp"
#include "backup/server.hpp"
#include "backup/wording.hpp"
#include "stages/backup.hpp"
#include "stages/proven_further.hpp"

namespace orchestrate {
namespace {

Outcome refused(std::string summary, std::string fix) {
  Outcome outcome{.verdict = Verdict::failed, .summary = std::move(summary)};
  outcome.details.push_back("fix: " + fix);
  return outcome;
}

class NewestTaken : public Stage {
 public:
  NewestTaken(std::filesystem::path directory, Wanted wanted) : directory_(std::move(directory)), wanted_(wanted) {}

  std::string describe() const override { return "verify the newest dump in " + directory_.string(); }

  Task<Outcome> run(StageContext& context) const override {
    const std::string& app = context.application.policy.app;
    const auto server = co_await backup::ask_server(context.application, context.ports.databases, context.stop);
    const auto manifest = backup::newest_manifest(directory_, app, server.database);
    if (!manifest)
      co_return refused("no dump of " + server.database + " in " + directory_.string(), "orchestrate apply " + app);
    backup::CheckRule rule{.pattern = (directory_ / manifest->file).string(), .max_age = std::nullopt};
    const auto checked = co_await backup::check_dump(context, std::move(rule));
    if (const auto* rejection = std::get_if<backup::Rejection>(&checked))
      co_return refused(manifest->file + ": " + rejection->reasons.front().why, rejection->reasons.front().fix);
    const auto& proof = std::get<backup::Proof>(checked);
    if (proof.sha256 != manifest->sha256)
      co_return refused(manifest->file + ": its bytes are not those that its manifest tells of",
                        "orchestrate apply " + app + " takes a new one");
    Outcome outcome{.verdict = Verdict::passed, .summary = backup::summary_of(proof)};
    outcome.evidence.push_back(backup::evidence_of(proof));
    co_return co_await proven_further(context, proof, std::move(outcome), wanted_);
  }

 private:
  std::filesystem::path directory_;
  Wanted wanted_;
};

}  // namespace

std::unique_ptr<Stage> verification_of(const StageSpec& backup, const Policy& policy) {
  if (backup.settings.has("check")) return backup_stage.bind(backup, policy);
  return std::make_unique<NewestTaken>(backup.settings.text("take"), wanted_of(backup));
}

}  // namespace orchestrate
