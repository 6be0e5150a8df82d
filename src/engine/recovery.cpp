#include "engine/recovery.hpp"

#include <algorithm>

#include <fmt/format.h>

#include "engine/conclude.hpp"
#include "orchestrate/error.hpp"
#include "orchestrate/evidence.hpp"
#include "schema/aftermath.hpp"
#include "schema/backends.hpp"
#include "schema/state.hpp"

namespace orchestrate {
namespace {

using namespace std::chrono_literals;

constexpr auto backends_patience = 60s;

const std::string* running_stage(const Run& run) {
  const auto found = std::ranges::find(run.stages, StageRecord::State::running, &StageRecord::state);
  return found == run.stages.end() ? nullptr : &found->name;
}

/// What the database says about an upgrade whose end nobody saw.
Task<Outcome> upgrade_outcome(const Run& run, const Application& application, Databases& databases, Clock& clock) {
  const Migrations& migrations = application.policy.migrations;
  auto schemas = migrations.schemas;
  if (schemas.empty()) schemas = {migrations.version_table.schema};
  SessionOptions options;
  options.application_name = "orchestrate recovery";
  const auto database = co_await databases.connect(application.for_sessions(), options, std::stop_token());
  co_await wait_for_backends(*database, clock, migration_application_name(run.id), migrations.version_table,
                             backends_patience);
  const std::stop_token unstoppable;
  const DatabaseIdentity identity = co_await read_identity(*database, unstoppable);
  if (to_json(identity) != run.fact(fact::database_before)["identity"])
    throw Error(ErrorKind::failed, "judge run " + run.id, "the URL leads to another database than the run upgraded",
                "correct the env file, so that it names the database " +
                    run.fact(fact::database_before)["identity"].text_or("name"));
  const SchemaState now = co_await read_state(*database, migrations.version_table, schemas, unstoppable);

  Outcome outcome{Verdict::failed, "the process ended during this stage", {}, {}, {}};
  switch (judge_aftermath(run, now)) {
    case Aftermath::unchanged:
      outcome.evidence.push_back({std::string(evidence::database_unchanged), to_json(now)});
      break;
    case Aftermath::at_target:
      outcome.verdict = Verdict::passed;
      outcome.summary = "the process ended during this stage; the database is at the target";
      outcome.evidence.push_back({std::string(evidence::upgrade_done),
                                  Json::object({{"from", run.evidence(evidence::migration_pending)["from"]},
                                                {"to", Json::of(*now.versions)},
                                                {"files", run.evidence(evidence::review_passed)["files"]}})});
      break;
    case Aftermath::unclear:
      outcome.details.push_back(what_differs(state_from_json(run.fact(fact::database_before)), now));
  }
  co_return outcome;
}

/// The end of a run that nobody is there to bring to its end: as its stages say, but never well.
RunFinished end_of(const Run& run) {
  const RunFinished end = conclude(run);
  const bool passed = end.exit_code == 0 && end.result != Result::nothing_to_do;
  const bool before_upgrade = phase_of(run) == Phase::before_upgrade && run.fact(fact::command_ran).is_null();
  const Json& stopped = run.fact(fact::services_stopped);
  if (!stopped.is_null() && (end.result == Result::failed_unchanged || (passed && before_upgrade)))
    return {Result::held, 5, "the database is as it was, but services that the run had stopped may still be stopped",
            fmt::format("systemctl start {}", fmt::join(stopped.as_strings(), " "))};
  const bool stages_left = std::ranges::count(run.stages, StageRecord::State::waiting, &StageRecord::state) > 0;
  if (!passed || !stages_left) return end;
  const std::string again = "orchestrate apply " + run.created.app;
  if (before_upgrade) return {Result::failed_unchanged, 1, "the process ended before the upgrade began", again};
  return {Result::held, 5, "the process ended before the last stages", again};
}

}  // namespace

Task<std::vector<EventBody>> missing_events(Run run, const Application& application, Databases& databases,
                                            Clock& clock) {
  std::vector<EventBody> events;
  const auto add = [&](EventBody body) {
    const Event event{0, run.id, clock.now(), body};
    run = apply(std::move(run), event);
    events.push_back(std::move(body));
  };
  if (const std::string* stage = running_stage(run)) {
    Outcome outcome{Verdict::failed, "the process ended during this stage", {}, {}, {}};
    if (phase_of(run) == Phase::upgrading) outcome = co_await upgrade_outcome(run, application, databases, clock);
    add(StageFinished{*stage, std::move(outcome), {}});
  }
  add(end_of(run));
  co_return events;
}

}  // namespace orchestrate
