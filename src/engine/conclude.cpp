#include "engine/conclude.hpp"

#include <algorithm>
#include <optional>
#include <string_view>

#include <fmt/format.h>

#include "engine/phase.hpp"
#include "orchestrate/evidence.hpp"

namespace orchestrate {
namespace {

using State = StageRecord::State;

std::string joined(const Json& revisions) {
  std::string text;
  if (revisions.is_array())
    for (const Json& revision : revisions.as_array()) text += (text.empty() ? "" : ", ") + revision.as_string();
  return text.empty() ? "base (no revision applied)" : text;
}

std::string database_before(const Run& run) {
  const Json& pending = run.evidence(evidence::migration_pending);
  return pending.is_null() ? "database unchanged" : "database at " + joined(pending["from"]);
}

/// What became of the checkout: files are never touched, a restore point on the branch moves that.
std::string checkout(const Run& run) {
  const Json& point = run.evidence(evidence::restore_point_recorded);
  const Json& begun = run.fact(fact::restore_point_before);
  const bool moved_perhaps = point.is_null() && run.evidence(evidence::checkout_unchanged).is_null();
  if (moved_perhaps && begun.text_or("mode") == "commit")
    return fmt::format("files unchanged, branch perhaps moved from {:.7}", begun.text_or("head"));
  if (point.text_or("mode") != "commit" || point.text_or("commit") == point.text_or("head_before")) return {};
  return fmt::format("files unchanged, branch at the restore point {:.7}", point.text_or("commit"));
}

/// "checkout and service unchanged", or what of them did change.
std::string surroundings(const Run& run) {
  const std::string files = checkout(run);
  const bool stopped = !run.fact(fact::services_stopped).is_null();
  if (files.empty() && !stopped) return "checkout and service unchanged";
  const std::string text = files.empty() ? "checkout unchanged" : files;
  if (!stopped) return text + ", service unchanged";
  return text + (may_start_again(run) ? ", service started again" : ", service left stopped");
}

const StageRecord* first_not_passed(const Run& run) {
  const auto ended = [](const StageRecord& s) {
    return s.state == State::failed || s.state == State::blocked || s.state == State::running;
  };
  const auto found = std::ranges::find_if(run.stages, ended);
  return found == run.stages.end() ? nullptr : &*found;
}

bool nothing_pending(const Run& run) {
  const Json& pending = run.evidence(evidence::migration_pending);
  return pending.is_object() && pending["revisions"] == Json::array();
}

RunFinished succeeded(const Run& run) {
  const Json& pending = run.evidence(evidence::migration_pending);
  const bool upgraded = !run.evidence(evidence::upgrade_done).is_null();
  if (const Json& earlier = run.fact(fact::finishes); !earlier.is_null())
    return {Result::succeeded, 0, "finished what run " + earlier.as_string() + " left open", ""};
  const bool stages_left = std::ranges::any_of(run.stages, [](const auto& s) { return s.state == State::waiting; });
  if (nothing_pending(run) && stages_left && !upgraded)
    return {Result::nothing_to_do, 0, "database at " + joined(pending["from"]) + ", nothing pending", ""};
  if (!upgraded && run.created.verb == "rehearse")
    return {
        Result::succeeded, 0,
        fmt::format("{} -> {} on a copy; production was not touched", joined(pending["from"]), joined(pending["to"])),
        "orchestrate apply " + run.created.app};
  if (!upgraded) return {Result::succeeded, 0, "done", ""};
  if (run.restores())
    return {Result::succeeded, 0,
            fmt::format("database as in {}, at {}", run.evidence(evidence::restore_source).text_or("name"),
                        joined(run.evidence(evidence::upgrade_done)["to"])),
            "orchestrate confirm " + run.id + "  (drops the old database, which is kept until then)"};
  return {Result::succeeded, 0, fmt::format("{} -> {}", joined(pending["from"]), joined(pending["to"])),
          run.stages.back().outcome.next};
}

/// An operator's own command may have changed anything: then it cannot be said that nothing changed.
std::optional<RunFinished> command_ran(const Run& run, std::string_view how_far) {
  const Json& command = run.fact(fact::command_ran);
  if (command.is_null()) return std::nullopt;
  return RunFinished{Result::held, 5,
                     fmt::format("{}, {}; but {} ran, and what it changed is not known", how_far, surroundings(run),
                                 command.as_string()),
                     "orchestrate show " + run.id};
}

RunFinished stopped_before(const Run& run, const StageRecord& stage) {
  if (auto held = command_ran(run, fmt::format("stopped before the {}: {}", run.act(), database_before(run))))
    return *held;
  RunFinished end;
  end.result = stage.state == State::blocked ? Result::blocked : Result::failed_unchanged;
  end.exit_code = stage.state == State::blocked ? 3 : 1;
  end.summary = fmt::format("{}, {}", database_before(run), surroundings(run));
  end.next = stage.outcome.next.empty() ? same_again(run) : stage.outcome.next;
  if (!run.fact(fact::gate_closed).is_null()) end.exit_code = 20;
  if (run.fact(fact::window_closed).is_null()) return end;
  end.exit_code = 75;
  end.next = same_again(run) + "  (when the window is open)";
  return end;
}

RunFinished restart_failed(const Run& run, const StageRecord& stage) {
  return {Result::held, 5, fmt::format("{} failed; database and checkout unchanged", stage.name),
          stage.outcome.next.empty() ? same_again(run) : stage.outcome.next};
}

RunFinished upgrade_failed(const Run& run, const StageRecord& stage) {
  if (!run.evidence(evidence::database_unchanged).is_null()) {
    const std::string how_far = database_before(run) + ", version rows and catalog as before";
    if (auto held = command_ran(run, how_far)) return *held;
    return {Result::failed_unchanged, 1, how_far + "; " + surroundings(run),
            stage.outcome.next.empty() ? same_again(run) : stage.outcome.next};
  }
  return {Result::held, 5,
          fmt::format("the {} failed and the database is not as it was, or that could not be proven; {}", run.act(),
                      run.fact(fact::services_stopped).is_null() ? "service not restarted" : "service left stopped"),
          stage.outcome.next.empty() ? half_done_next(run.id) : stage.outcome.next};
}

RunFinished failed_after(const Run& run, const StageRecord& stage) {
  const bool goes_back = run.fact(fact::on_failure)["run"].is_string();
  const Json& done = run.evidence(evidence::upgrade_done);
  const Json& pending = run.evidence(evidence::migration_pending);
  return {Result::held, 5,
          fmt::format("database at {}; {} failed after the {}{}", joined(done.is_null() ? pending["from"] : done["to"]),
                      stage.name, run.act(), goes_back ? "" : ", nothing was undone"),
          stage.outcome.next.empty() ? same_again(run) : stage.outcome.next};
}

}  // namespace

std::string same_again(const Run& run) {
  const RunCreated& created = run.created;
  // Done again, it would bring the backup over what was written since.
  if (run.restores() && phase_of(run) == Phase::after_upgrade) return "orchestrate resume " + run.id;
  if (created.verb == "stamp")
    return fmt::format("orchestrate stamp {} {} --reason \"...\"", created.app, created.target);
  if (created.verb == "adopt") return fmt::format("orchestrate adopt {} --stamp {}", created.app, created.target);
  if (created.verb == "restart" || created.verb == "rehearse" || created.verb == "drift")
    return fmt::format("orchestrate {} {}", created.verb, created.app);
  if (created.verb == "restore")
    return fmt::format("orchestrate restore {} {} --confirm {}", created.app, created.target,
                       created.confirmed.value_or("DATABASE"));
  if (created.verb == "rollback")
    return fmt::format("orchestrate rollback {} --confirm {}", created.target, created.confirmed.value_or("DATABASE"));
  if (run.direction() == Direction::upgrade) return "orchestrate apply " + created.app;
  return fmt::format("orchestrate downgrade {} {} --confirm {}", created.app, created.target,
                     created.confirmed.value_or("GRADE"));
}

std::string half_done_next(const std::string& run) {
  return fmt::format("orchestrate show {0}, mend what is there, then: orchestrate abort {0} --reason \"...\"", run);
}

RunFinished conclude(const Run& run) {
  if (const Json& holder = run.fact(fact::lock_busy); !holder.is_null())
    return {Result::failed_unchanged, 75,
            fmt::format("another run holds this database: {}; {} and {}", holder.as_string(), database_before(run),
                        surroundings(run)),
            same_again(run) + "  (when that run has ended)"};
  const StageRecord* stage = first_not_passed(run);
  if (!stage) return succeeded(run);
  if (const Json& failed = run.fact(fact::services_not_started_again); !failed.is_null())
    return {Result::held, 5,
            fmt::format("stopped before the {}, but could not start {} again", run.act(), joined(failed)),
            fmt::format("systemctl start {}", fmt::join(failed.as_strings(), " "))};
  if (has_begun_restart(run)) return restart_failed(run, *stage);
  switch (phase_of(run)) {
    case Phase::before_upgrade:
      return stopped_before(run, *stage);
    case Phase::upgrading:
      return upgrade_failed(run, *stage);
    case Phase::after_upgrade:
      break;
  }
  return failed_after(run, *stage);
}

}  // namespace orchestrate
