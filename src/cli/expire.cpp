#include <filesystem>

#include <fmt/format.h>

#include "backup/remove.hpp"
#include "cli/acting.hpp"
#include "cli/audited_ledger.hpp"
#include "cli/place.hpp"
#include "cli/session.hpp"
#include "cli/terminal.hpp"
#include "cli/verbs.hpp"
#include "engine/backup_memory.hpp"
#include "files/durable_file.hpp"
#include "ledger/open.hpp"
#include "orchestrate/error.hpp"
#include "render/json.hpp"
#include "stages/expiry.hpp"
#include "system/state_lock.hpp"

namespace orchestrate::cli {
namespace {

namespace fs = std::filesystem;
using backup::Decision;
using backup::Fate;

/// A run may be about to rest on what would be removed.
system::StateLock lock_or_refuse(const Session& session) {
  auto lock = system::try_lock(session.state_directory());
  if (lock) return std::move(*lock);
  const std::string& app = session.application().policy.app;
  throw Error(ErrorKind::busy, "expire backups of " + app,
              "a run is under way: " + system::lock_holder(session.state_directory()),
              "it expires by itself, else wait for it: orchestrate status " + app);
}

std::vector<Decision> decisions(const Policy& policy, const BackupMemory& memory, Time now) {
  std::vector<Decision> all;
  bool is_told = false;
  for (const StageSpec& stage : policy.pipeline) {
    if (stage.kind != "backup") continue;
    const auto rule = retention_of(stage);
    if (!rule) continue;
    is_told = true;
    const auto dumps = backup::taken_in(stage.settings.text("take"), policy.app, memory.proofs);
    backup::Retention retention = backup::decide(dumps, *rule, now, memory);
    for (Decision& decision : retention.decisions) all.push_back(std::move(decision));
  }
  if (is_told) return all;
  throw Error(ErrorKind::usage, "expire backups of " + policy.app, "its policy says of no dump how many to keep",
              "write `keep: 7` beside `take` in " + policy.file.string());
}

void remove(const Decision& decision, Ledger& ledger, Time now, const std::string& by) {
  ledger.note_expiry({now, decision.dump.path.string(), decision.dump.sha256, decision.reason, by});
  backup::remove_dump(decision.dump.path);
}

/// What an expiry or a dump that was cut off has left: it may be as large as a dump.
void sweep(const Policy& policy) {
  for (const StageSpec& stage : policy.pipeline)
    if (stage.kind == "backup" && retention_of(stage) && fs::is_directory(stage.settings.text("take")))
      files::sweep_partials(stage.settings.text("take"), policy.app + "-");
}

void tell(const Arguments& arguments, const std::string& app, const std::vector<Decision>& all) {
  if (arguments.format != Format::json) {
    for (const Decision& decision : all)
      write(stdout,
            fmt::format("{:<6}  {}  {}\n", to_string(decision.fate), decision.dump.path.string(), decision.reason));
    return;
  }
  Json::Array backups;
  for (const Decision& decision : all)
    backups.push_back(Json::object(
        {{"path", decision.dump.path.string()}, {"fate", to_string(decision.fate)}, {"reason", decision.reason}}));
  write(stdout, to_pretty_text(Json::object({{"schema_version", json_schema_version},
                                             {"app", app},
                                             {"dry_run", arguments.mode == Mode::dry_run},
                                             {"backups", backups}})) +
                    "\n");
}

}  // namespace

int expire(const Arguments& arguments) {
  const std::string by = asked_by(arguments);
  const bool dry = arguments.mode == Mode::dry_run;
  Loaded loaded = load(policy_file(arguments.app));
  Session session(std::move(loaded.policy), arguments, Reach::project, State::made);
  session.make_commands(std::nullopt);
  const Policy& policy = session.application().policy;
  std::optional<system::StateLock> lock;
  if (!dry) lock = lock_or_refuse(session);
  const auto ledger = audited(
      open_ledger(session.state_directory(), dry ? LedgerAccess::read : LedgerAccess::write, session.redactor()),
      policy.app, session.redactor());
  const Time now = session.ports().clock.now();
  const std::vector<Decision> all = decisions(policy, backup_memory(*ledger), now);
  if (!dry) {
    sweep(policy);
    for (const Decision& decision : all)
      if (decision.fate == Fate::removed) remove(decision, *ledger, now, by);
  }
  tell(arguments, policy.app, all);
  return 0;
}

}  // namespace orchestrate::cli
