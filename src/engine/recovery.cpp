#include "engine/recovery.hpp"

#include <algorithm>

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
  if (to_json(identity) != run.fact("database.before")["identity"])
    throw Error(ErrorKind::failed, "judge run " + run.id, "the URL leads to another database than the run upgraded",
                "correct the env file, so that it names the database " +
                    run.fact("database.before")["identity"].text_or("name"));
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
                                                {"to", Json::of(*now.versions)}})});
      break;
    case Aftermath::unclear:
      break;
  }
  co_return outcome;
}

/// How a dead run ended: as its stages say, but never well, and never without the services that it stopped.
RunFinished end_of(const Run& run) {
  RunFinished end = conclude(run);
  const std::string again = "orchestrate apply " + run.created.app;
  const bool untouched = phase_of(run) == Phase::before_upgrade && run.fact("command.ran").is_null();
  if (end.exit_code == 0 && untouched)
    end = {Result::failed_unchanged, 1, "the process ended between two stages; nothing was changed", again};
  else if (end.exit_code == 0)
    end = {Result::held, 5, "the process ended before the last stages", again};
  const Json& stopped = run.fact("services.stopped");
  if (stopped.is_null() || end.result == Result::held) return end;
  std::string units;
  for (const std::string& unit : stopped.as_strings()) units += " " + unit;
  return {Result::held, 5, end.summary + "; but services that it had stopped may still be stopped",
          "systemctl start" + units};
}

}  // namespace

Task<std::vector<EventBody>> missing_events(Run run, const Application& application, Databases& databases,
                                            Clock& clock) {
  std::vector<EventBody> events;
  const auto add = [&](EventBody body) {
    run = apply(std::move(run), Event{0, run.id, clock.now(), body});
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
