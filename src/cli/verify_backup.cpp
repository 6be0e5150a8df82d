#include <algorithm>

#include <fmt/format.h>
#include <fmt/ranges.h>

#include "backup/inventory.hpp"
#include "cli/acting.hpp"
#include "cli/audited_ledger.hpp"
#include "cli/lone_context.hpp"
#include "cli/place.hpp"
#include "cli/session.hpp"
#include "cli/terminal.hpp"
#include "cli/verbs.hpp"
#include "engine/attempt.hpp"
#include "engine/backup_memory.hpp"
#include "files/durable_file.hpp"
#include "ledger/open.hpp"
#include "orchestrate/error.hpp"
#include "orchestrate/evidence.hpp"
#include "render/json.hpp"
#include "render/metrics.hpp"
#include "stages/verify_backup.hpp"

namespace orchestrate::cli {
namespace {

namespace fs = std::filesystem;
using Of = BackupVerification::Of;

/// The policy's stage, at the level that was typed.
StageSpec backup_of(const Policy& policy, const std::string& level) {
  const StageSpec* found = policy.stage_of_kind("backup");
  if (!found)
    throw Error(ErrorKind::usage, "verify the backup of " + policy.app, "its pipeline has no backup stage",
                "add one to " + policy.file.string());
  StageSpec spec = *found;
  if (!level.empty()) spec.settings.set("verify", level, {});
  return spec;
}

/// All that was proven, as one: what a restore adds stands beside what the file itself told.
Json proof_in(const Outcome& outcome) {
  Json proof;
  if (outcome.verdict != Verdict::passed) return proof;
  for (const Evidence& evidence : outcome.evidence) {
    if (proof == Json()) proof = Json::object();
    for (const auto& [name, value] : evidence.facts.as_object()) proof.set(name, value);
    proof.set("level", evidence.name.substr(evidence.name.find('.') + 1));
  }
  return proof;
}

std::string damaged_in(const Outcome& outcome) {
  const auto found = std::ranges::find(outcome.evidence, evidence::backup_damaged, &Evidence::name);
  return found == outcome.evidence.end() ? "" : found->facts.text_or("path");
}

Json look_json(const Outcome& outcome) {
  return Json::object({{"good", outcome.verdict == Verdict::passed},
                       {"summary", outcome.summary},
                       {"details", Json::of(outcome.details)},
                       {"proof", proof_in(outcome)}});
}

/// One line for each; a bad one is told on stderr, which is what cron mails.
void tell_line(const Arguments& arguments, const std::string& app, const Outcome& outcome, std::string_view verdict) {
  if (outcome.verdict == Verdict::passed) {
    if (arguments.volume == Volume::normal) write(stdout, fmt::format("{}: {}\n", app, outcome.summary));
    return;
  }
  const std::string more = fmt::format("{}", fmt::join(outcome.details, "; "));
  write(stderr, fmt::format("{}: backup {}: {}{}{}\n", app, verdict, outcome.summary, more.empty() ? "" : "; ", more));
}

/// The first as it always was, further ones beside it.
void tell_json(const std::string& app, const std::vector<Outcome>& outcomes) {
  Json json = Json::object({{"schema_version", json_schema_version}, {"app", app}});
  const Json first = look_json(outcomes.front());
  for (const auto& [name, value] : first.as_object()) json.set(name, value);
  Json::Array others;
  for (std::size_t i = 1; i < outcomes.size(); ++i) others.push_back(look_json(outcomes[i]));
  if (!others.empty()) json.set("others", others);
  write(stdout, to_pretty_text(json) + "\n");
}

/// Looks at backups of one app; each result is in the ledger when it is told.
class Looking {
 public:
  Looking(Session& session, const Arguments& arguments, Ledger& ledger, std::string by)
      : session_(session), arguments_(arguments), ledger_(ledger), by_(std::move(by)) {}

  Task<int> look() {
    const StageSpec spec = backup_of(policy(), arguments_.level);
    if (arguments_.file.empty()) {
      const auto newest = verification_of(spec, policy());
      co_await look_at(*newest, Of::newest);
    }
    const std::vector<fs::path> more = others();
    for (const fs::path& dump : more) {
      const auto stage = verification_of_dump(spec, dump);
      co_await look_at(*stage, Of::other);
    }
    if (arguments_.format == Format::json) tell_json(policy().app, outcomes_);
    if (!arguments_.metrics.empty()) write_metrics();
    if (std::ranges::find_if_not(outcomes_, is_good) == outcomes_.end()) co_return 0;
    co_return 1;
  }

 private:
  static Task<Outcome> answered(Task<Outcome> work, bool& is_answer) {
    Outcome outcome = co_await std::move(work);
    is_answer = true;
    co_return outcome;
  }
  static bool is_good(const Outcome& outcome) { return outcome.verdict == Verdict::passed; }
  const Policy& policy() const { return session_.application().policy; }

  Task<> look_at(const Stage& stage, Of of) {
    LoneContext around;
    StageContext context = around.of(session_);
    bool is_answer = false;
    Outcome outcome = co_await attempt(answered(stage.run(context), is_answer));
    BackupVerification entry{.at = session_.ports().clock.now(), .summary = outcome.summary, .by = by_, .proof = {}};
    entry.proof = proof_in(outcome);
    entry.damaged = damaged_in(outcome);
    entry.of = of;
    entry.is_answer = is_answer;
    ledger_.note_verification(entry);
    if (arguments_.format != Format::json) tell_line(arguments_, policy().app, outcome, entry.verdict());
    outcomes_.push_back(std::move(outcome));
  }

  /// What is looked at beside the newest.
  std::vector<fs::path> others() const {
    if (arguments_.which == Which::newest && arguments_.file.empty()) return {};
    std::vector<backup::Stored> all = backup::inventory(policy(), backup_memory(ledger_).proofs);
    if (!arguments_.file.empty()) return {named_in(all)};
    const auto is_out = [&](const backup::Stored& dump) {
      return dump.is_gone || !dump.damaged.empty() || dump.path == path_of_newest();
    };
    std::erase_if(all, is_out);
    std::ranges::stable_sort(all, {}, &backup::Stored::proven_at);  // what was never proven is first
    if (arguments_.which == Which::rotated && all.size() > 1) all.resize(1);
    std::vector<fs::path> paths;
    for (const backup::Stored& dump : all) paths.push_back(dump.path);
    return paths;
  }

  fs::path named_in(const std::vector<backup::Stored>& all) const {
    for (const backup::Stored& dump : all)
      if (dump.path == arguments_.file || dump.path.filename() == arguments_.file) return dump.path;
    throw Error(ErrorKind::usage, "verify " + arguments_.file, "it is no backup of " + policy().app,
                "orchestrate backups " + policy().app + " lists them");
  }

  std::string path_of_newest() const {
    const Outcome& newest = outcomes_.front();
    return newest.evidence.empty() ? "" : newest.evidence.front().facts.text_or("path");
  }

  void write_metrics() const {
    files::DurableFile file(arguments_.metrics / fmt::format("orchestrate_{}.prom", policy().app));
    file.write(backup_metrics_text(policy().app, ledger_.verifications()));
    fs::permissions(file.partial(), fs::perms(0644));  // node_exporter is another user
    file.replace();
  }

  Session& session_;
  const Arguments& arguments_;
  Ledger& ledger_;
  std::string by_;
  std::vector<Outcome> outcomes_;
};

}  // namespace

int verify_backup(const Arguments& arguments) {
  const std::string by = asked_by(arguments);
  Loaded loaded = load(policy_file(arguments.app));
  Session session(std::move(loaded.policy), arguments, Reach::project, State::made);
  session.make_commands(std::nullopt);
  const auto ledger = audited(open_ledger(session.state_directory(), LedgerAccess::write, session.redactor()),
                              session.application().policy.app, session.redactor());
  Looking looking(session, arguments, *ledger, by);
  return session.run(looking.look());
}

}  // namespace orchestrate::cli
