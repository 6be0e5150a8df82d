#include "engine/recovery.hpp"

#include <algorithm>

#include <fmt/format.h>

#include "engine/conclude.hpp"
#include "engine/phase.hpp"
#include "engine/start_again.hpp"
#include "git/restore_point.hpp"
#include "orchestrate/error.hpp"
#include "orchestrate/evidence.hpp"
#include "replacement/settle.hpp"
#include "schema/aftermath.hpp"
#include "schema/backends.hpp"
#include "schema/state.hpp"

namespace orchestrate {
namespace {

using namespace std::chrono_literals;

constexpr auto backends_patience = 60s;

bool is_unjudged(const StageRecord& stage) {
  return std::ranges::find(stage.outcome.evidence, evidence::upgrade_unjudged, &Evidence::name) !=
         stage.outcome.evidence.end();
}

/// What nobody saw the end of.
std::vector<StageRecord> open_stages(const Run& run) {
  std::vector<StageRecord> stages;
  for (const StageRecord& stage : run.stages)
    if (stage.state == StageRecord::State::running || is_unjudged(stage)) stages.push_back(stage);
  return stages;
}

Outcome process_ended() {
  return {Verdict::failed, "the process ended during this stage", {}, {}, {}};
}

/// Of an upgrade that had failed and was not judged, what it said stays.
Outcome begun_by(const StageRecord& stage) {
  if (!is_unjudged(stage)) return process_ended();
  return {Verdict::failed, stage.outcome.summary, stage.outcome.details, {}, {}, stage.outcome.next};
}

/// What git says about a restore point on the branch whose making nobody saw end.
Task<Outcome> restore_point_outcome(Json begun, const Application& application, Commands& commands) {
  Outcome outcome = process_ended();
  const Policy& policy = application.policy;
  const Git git(commands, {policy.project.user, application.home}, policy.project.path, std::stop_token());
  std::optional<std::string> head_before;
  if (begun["head"].is_string()) head_before = begun["head"].as_string();
  try {
    const auto point = co_await complete_on_branch(git, begun.text_or("ref"), head_before);
    if (!point)
      outcome.evidence.push_back({std::string(evidence::checkout_unchanged), Json::object({{"head", begun["head"]}})});
    else
      outcome.evidence.push_back(
          {std::string(evidence::restore_point_recorded), Json::object({{"mode", "commit"},
                                                                        {"commit", point->commit},
                                                                        {"ref", point->ref},
                                                                        {"head_before", begun["head"]},
                                                                        {"branch", begun["branch"]}})});
  } catch (const Error& error) {
    outcome.details.emplace_back(error.what());
  }
  co_return outcome;
}

/// What the database says about an upgrade whose end nobody saw.
Task<Outcome> upgrade_outcome(const Run& run, StageRecord stage, const Application& application, Databases& databases,
                              Clock& clock) {
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

  Outcome outcome = begun_by(stage);
  switch (judge_aftermath(run, now)) {
    case Aftermath::unchanged:
      outcome.evidence.push_back({std::string(evidence::database_unchanged), to_json(now)});
      break;
    case Aftermath::at_target:
      outcome.verdict = Verdict::passed;
      outcome.summary += "; the database is at the target";
      outcome.evidence.push_back({std::string(evidence::upgrade_done),
                                  Json::object({{"from", run.evidence(evidence::migration_pending)["from"]},
                                                {"to", Json::of(*now.versions)},
                                                {"files", run.applied_files()}})});
      break;
    case Aftermath::unclear:
      outcome.details.push_back(what_differs(state_from_json(run.fact(fact::database_before)), now));
  }
  co_return outcome;
}

/// The end of a run that nobody is there to bring to its end: as its stages say, but never well.
RunFinished end_of(const Run& run) {
  RunFinished end = conclude(run);
  const bool passed = end.exit_code == 0 && end.result != Result::nothing_to_do;
  const bool before_upgrade =
      phase_of(run) == Phase::before_upgrade && run.fact(fact::command_ran).is_null() && !has_begun_restart(run);
  const bool stages_left = std::ranges::count(run.stages, StageRecord::State::waiting, &StageRecord::state) > 0;
  if (!passed || !stages_left) return end;
  const std::string_view migration = run.act();
  const std::string again = same_again(run);
  if (before_upgrade) {
    const Json& failed = run.fact(fact::services_not_started_again);
    if (!failed.is_null())
      return {Result::held, 5,
              fmt::format("the process ended before the {} began, and services are still stopped", migration),
              fmt::format("systemctl start {}", fmt::join(failed.as_strings(), " "))};
    return {Result::failed_unchanged, 1, fmt::format("the process ended before the {} began", migration), again};
  }
  return {Result::held, 5, "the process ended before the last stages", again};
}

}  // namespace

bool lacks_its_end(const Run& run) {
  return !run.finished || (!run.aborted && !open_stages(run).empty());
}

Task<std::vector<EventBody>> missing_events(Run run, const Application& application, Ports& ports,
                                            std::function<void(std::string_view)> tell) {
  std::vector<EventBody> events;
  const auto add = [&](EventBody body) {
    const Event event{0, run.id, ports.clock.now(), body};
    run = apply(std::move(run), event);
    events.push_back(std::move(body));
  };
  for (const StageRecord& stage : open_stages(run)) {
    Json begun = run.fact(fact::restore_point_before);  // the run changes below
    const bool moved_branch =
        begun.text_or("mode") == "commit" && stage.facts.contains(std::string(fact::restore_point_before));
    Outcome outcome = process_ended();
    if (phase_of(run) == Phase::upgrading && run.restores())
      outcome = co_await replacement::judged(run, begun_by(stage), application, ports.databases);
    else if (phase_of(run) == Phase::upgrading)
      outcome = co_await upgrade_outcome(run, stage, application, ports.databases, ports.clock);
    else if (moved_branch)
      outcome = co_await restore_point_outcome(begun, application, ports.commands);
    add(StageFinished{stage.name, std::move(outcome), stage.elapsed});
  }
  if (run.restores() && may_start_again(run)) {
    const std::string left = co_await replacement::take_back(run, application, ports.databases);
    if (!left.empty()) tell(left);
  }
  if (may_start_again(run)) {
    const auto failed = co_await start_again(run, ports.services, tell);
    if (!failed.empty())
      add(FactRecorded{run.stages.front().name, std::string(fact::services_not_started_again), Json::of(failed)});
  }
  add(end_of(run));
  co_return events;
}

}  // namespace orchestrate
