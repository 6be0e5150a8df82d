#include <algorithm>
#include <array>
#include <filesystem>
#include <optional>

#include "backup/decode.hpp"
#include "cli/by_daemon.hpp"
#include "cli/find_run.hpp"
#include "cli/new_run.hpp"
#include "cli/restore_plan.hpp"
#include "cli/verbs.hpp"
#include "engine/code_before.hpp"
#include "engine/newest_upgrade.hpp"
#include "engine/phase.hpp"
#include "orchestrate/error.hpp"
#include "orchestrate/evidence.hpp"

namespace orchestrate::cli {
namespace {

constexpr std::string_view keep = "keep";

Error refusal(const Run& run, std::string why, std::string hint) {
  return {ErrorKind::usage, "roll back run " + run.id, std::move(why), std::move(hint)};
}

/// Only the newest change of the database is undone, and once: going back twice would bring an older state over one
/// that was brought back on purpose.
void check(const Run& run, const Ledger& ledger) {
  const std::string look = "look: orchestrate show " + run.id;
  if (!run.finished) throw refusal(run, "it is not finished", "orchestrate resume " + run.id);
  const bool changed = phase_of(run) == Phase::after_upgrade || is_half_done(run);
  if (!changed) throw refusal(run, "it changed nothing in the database", look);
  if (const Json& begun = run.fact(fact::finishes); !begun.is_null())
    throw refusal(run, "it only finished what run " + begun.as_string() + " had left open",
                  "orchestrate rollback " + begun.as_string());
  const std::vector<Run> newest = changing_runs(ledger, 1);
  if (newest.empty() || newest.front().id == run.id) return;
  const Run& later = newest.front();
  if (later.restores() && later.created.target == run.id)
    throw refusal(run, "run " + later.id + " has rolled it back", "orchestrate show " + later.id);
  throw refusal(run, "run " + later.id + " changed the database after it",
                "orchestrate rollback " + later.id + ", or restore a backup: orchestrate backups " + run.created.app);
}

bool is_still(const std::filesystem::path& dump, const Json& proof) {
  return std::filesystem::exists(dump) && backup::sha256_of_dump(dump) == proof.text_or("sha256");
}

/// What it rested on before it began, or what it kept of that; the bytes are compared with what was proven then.
std::filesystem::path dump_of(const Run& run) {
  const std::string list = "orchestrate backups " + run.created.app + " lists what there is, for orchestrate restore";
  const Json& proof = run.evidence(evidence::backup_intact);
  if (proof.is_null()) throw refusal(run, "it rested on no backup", list);
  const std::filesystem::path dump = proof.text_or("path");
  if (is_still(dump, proof)) return dump;
  const Json& kept = run.fact(fact::backup_kept);
  if (!kept.is_null() && is_still(kept.as_string(), proof)) return kept.as_string();
  throw refusal(run, dump.string() + ", which it rested on, is gone or another one", list);
}

std::string commit_for(const Arguments& arguments, const Run& run, const Ledger& ledger) {
  if (arguments.code == keep) return {};
  if (!arguments.code.empty()) return arguments.code;
  if (auto known = code_before(run, ledger)) return *known;
  throw refusal(run, "nobody knows which code ran healthy before it",
                "--code COMMIT names it, and --code keep leaves the checkout as it is");
}

}  // namespace

int rollback(const Arguments& arguments) {
  Arguments sought = arguments;
  sought.run = arguments.target;
  const Found found = find_run(sought);
  const Run run = replay(found.events);
  const std::string& app = run.created.app;
  if (arguments.mode == Mode::act)
    if (const auto daemon = daemon_for(arguments, app)) return done_by(*daemon, arguments, "rollback", app);
  const auto ledger = open_for_reading(found.directory);
  check(run, *ledger);
  Loaded loaded = load(run.created.policy_file);
  RunCreated request{.app = app, .verb = "rollback", .target = run.id};
  if (!arguments.confirmed.empty()) request.confirmed = arguments.confirmed;
  loaded.policy.window.reset();  // that is for migrations
  loaded.plan = restore_plan(
      loaded.policy,
      {.dump = dump_of(run), .last_dumps = last_dumps(app, arguments), .commit = commit_for(arguments, run, *ledger)});
  Arguments acting = arguments;
  acting.app = app;
  if (arguments.mode == Mode::dry_run) return dry_run(std::move(loaded), acting, std::move(request));
  return new_run(std::move(loaded), acting, std::move(request));
}

}  // namespace orchestrate::cli
