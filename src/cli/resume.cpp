#include "cli/resume.hpp"

#include <fmt/format.h>

#include "cli/by_daemon.hpp"
#include "cli/exit_code.hpp"
#include "cli/find_run.hpp"
#include "cli/restore_plan.hpp"
#include "cli/terminal.hpp"
#include "cli/verbs.hpp"
#include "cli/way_back.hpp"
#include "engine/conclude.hpp"
#include "engine/on_failure.hpp"
#include "engine/phase.hpp"
#include "engine/recovery.hpp"
#include "orchestrate/error.hpp"
#include "orchestrate/evidence.hpp"
#include "orchestrate/version.hpp"
#include "render/result.hpp"
#include "stages/code_evidence.hpp"

namespace orchestrate::cli {
namespace {

Error refusal(const Run& run, std::string why, std::string hint) {
  return {ErrorKind::usage, "resume run " + run.id, std::move(why), std::move(hint)};
}

std::string anew(const Run& run) {
  return "start anew: " + same_again(run);
}

/// Whether the run is one that can go on.
void check(const Run& run, const Ledger& ledger) {
  for (const std::string_view verb : {"stamp", "restart", "rehearse", "adopt", "drift"})
    if (run.created.verb == verb) throw refusal(run, fmt::format("a {} is made anew", verb), same_again(run));
  if (run.restores() && phase_of(run) != Phase::after_upgrade)
    throw refusal(run, "a " + run.created.verb + " is made anew", same_again(run));
  if (run.aborted) throw refusal(run, "it was aborted", anew(run));
  if (ledger.runs(1).front() != run.id)
    throw refusal(run, "run " + ledger.runs(1).front() + " came after it", anew(run));
  const Result result = run.finished->result;
  if (result == Result::succeeded || result == Result::nothing_to_do)
    throw refusal(run, "it has ended well", "look: orchestrate show " + run.id);
  if (!run.fact(fact::finishes).is_null()) throw refusal(run, "it finished another run's stages", anew(run));
}

/// What comes after the upgrade is checked again, but what changed something and passed is not done twice.
bool to_do_again(const PlannedStage& stage, const Run& run) {
  const StageRecord* record = run.stage(stage.name);
  return stage.effect != Effect::changes || !record || record->state != StageRecord::State::passed;
}

/// Past the upgrade only what comes after it; else everything, where the code is still what was reviewed.
std::vector<std::string> stages_to_do(const Run& run, const Plan& plan, const Policy& policy) {
  if (phase_of(run) != Phase::after_upgrade) {
    const Json& review = run.evidence(evidence::review_passed);
    if (review.is_object() && !code_differences(review["code"], code_evidence(policy)).empty())
      throw refusal(run, "the project's code has changed since it was reviewed", anew(run));
    return run.created.stages;
  }
  std::vector<std::string> stages;
  bool after = false;
  for (const PlannedStage& stage : plan.stages) {
    if (after && to_do_again(stage, run)) stages.push_back(stage.name);
    after = after || stage.provides(evidence::upgrade_done);
  }
  return stages;
}

}  // namespace

Loaded policy_of(const Run& run, const Arguments& arguments) {
  Loaded loaded = load(run.created.policy_file);
  if (run.restores())
    loaded.plan = restore_plan(loaded.policy, {.dump = run.evidence(evidence::restore_source).text_or("path"),
                                               .last_dumps = last_dumps(loaded.policy.app, arguments),
                                               .commit = run.evidence(evidence::code_source).text_or("commit")});
  if (run.direction() == Direction::downgrade) loaded.plan = way_back(std::move(loaded.plan));
  if (loaded.policy.sha256 == run.created.policy_sha256) return loaded;
  throw refusal(run, run.created.policy_file + " has changed since", anew(run));
}

Task<int> go_on(Acting& acting, Run run, std::string asked_by) {
  check(run, acting.ledger());
  if (goes_back(run)) co_return co_await after_its_end(acting, std::move(run));
  if (is_half_done(run)) {
    tell_half_done(run);
    co_return held;
  }
  if (phase_of(run) != Phase::after_upgrade && !run.created.window_override)
    acting.check_window("resume run " + run.id);
  RunResumed event{
      .requested_by = asked_by, .host = acting.session().ports().host.name(), .version = std::string(version)};
  event.stages = stages_to_do(run, acting.plan(), acting.session().application().policy);
  const Json began_at =
      phase_of(run) == Phase::after_upgrade ? Json() : run.evidence(evidence::migration_pending)["from"];
  const RunCreated request = run.created;
  const std::string id = run.id;
  std::optional<std::string> none;
  std::optional<Resumption> resumption = Resumption{std::move(run), std::move(event), began_at};
  Run ended = co_await acting.execute(id, request, std::move(none), std::move(resumption));
  co_return co_await after_its_end(acting, std::move(ended));
}

namespace {

/// A run that lacks its end is judged first.
Task<int> judge_and_go_on(Acting& acting, std::string id, std::string asked_by) {
  const auto unfinished = acting.ledger().unfinished();
  Run run = replay(acting.ledger().events(id));
  if (unfinished && *unfinished != id)
    throw refusal(run, "run " + *unfinished + " is not finished", "orchestrate resume " + *unfinished);
  const bool lacks_end = lacks_its_end(run);
  if (lacks_end) {
    run = co_await acting.recover(id, Follow::way_back);
  } else {
    check(run, acting.ledger());
    const bool owes_answer = is_half_done(run) || goes_back(run);
    if (owes_answer) run = co_await acting.answer(std::move(run));  // what was said at its end may be wrong by now
  }
  const bool only_its_end_was_missing = lacks_end && run.finished->result == Result::succeeded;
  if (only_its_end_was_missing) co_return 0;
  co_return co_await go_on(acting, std::move(run), asked_by);
}

}  // namespace

int resume(const Arguments& arguments) {
  const std::string by = asked_by(arguments);
  const Run run = replay(find_run(arguments).events);
  if (const auto daemon = daemon_for(arguments, run.created.app))
    return done_by(*daemon, arguments, "resume", run.created.app);
  tell_who_does(arguments, "resume", run.created.app);
  Acting acting(policy_of(run, arguments), arguments, "resume " + run.id);
  return acting.session().run(judge_and_go_on(acting, run.id, by));
}

}  // namespace orchestrate::cli
