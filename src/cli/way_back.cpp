#include "cli/way_back.hpp"

#include <algorithm>
#include <array>

#include <fmt/format.h>

#include "cli/exit_code.hpp"
#include "cli/restore_plan.hpp"
#include "cli/terminal.hpp"
#include "engine/on_failure.hpp"
#include "orchestrate/direction.hpp"
#include "orchestrate/error.hpp"
#include "orchestrate/evidence.hpp"
#include "render/json.hpp"
#include "review/grade.hpp"
#include "schema/state.hpp"
#include "stages/as_before.hpp"

namespace orchestrate::cli {
namespace {

/// As `rollback RUN --confirm DATABASE`.
Loaded restoring(Policy policy, const Json& answer, const Arguments& arguments, RunCreated& request) {
  request.verb = "rollback";
  request.confirmed = answer.text_or("database");
  const WayBack back{.dump = answer.text_or("backup"),
                     .last_dumps = last_dumps(policy.app, arguments),
                     .commit = answer.text_or("code")};
  Plan plan = restore_plan(policy, back);
  return {std::move(policy), std::move(plan)};
}

PlannedStage as_before(const Policy& policy, const Run& run) {
  const SchemaState before = state_from_json(run.fact(fact::database_before));
  StageSpec spec{.kind = std::string(as_before_stage.name), .name = std::string(as_before_stage.name)};
  spec.settings.set("state", to_text(to_json(before)), {});
  return {.name = spec.name,
          .kind = &as_before_stage,
          .stage = std::shared_ptr<const Stage>(as_before_stage.bind(spec, policy)),
          .timeout = as_before_stage.timeout,
          .effect = Effect::checks};
}

/// As `downgrade APP REV --confirm keeps-data`: whatever has another grade is refused by its review.
Loaded downgrading(Policy policy, Plan forward, const Run& run, const Json& answer, RunCreated& request) {
  request.verb = to_string(Direction::downgrade);
  request.target = answer.text_or("to");
  request.confirmed = to_string(Grade::keeps_data);
  Plan plan = way_back(std::move(forward));
  const auto downgrade = std::ranges::find_if(
      plan.stages, [](const PlannedStage& stage) { return stage.provides(evidence::upgrade_done); });
  plan.stages.insert(downgrade + 1, as_before(policy, run));
  return {std::move(policy), std::move(plan)};
}

Task<Run> go_back(Acting& acting, const Run& run) {
  const Json answer = run.fact(fact::on_failure);
  Policy policy = acting.session().application().policy;
  policy.window.reset();  // that is for migrations
  RunCreated request{.app = policy.app, .target = run.id};
  request.requested_by = fmt::format("{}; by on_failure of run {}", run.created.requested_by, run.id);
  Loaded loaded = answer.text_or("remedy") == to_string(Remedy::restore)
                      ? restoring(std::move(policy), answer, acting.arguments(), request)
                      : downgrading(std::move(policy), acting.plan(), run, answer, request);
  acting.turn_to(std::move(loaded));
  request = acting.complete(std::move(request));
  std::optional<std::string> none;
  std::optional<Resumption> anew;
  co_return co_await acting.execute(answer.text_or("run"), std::move(request), std::move(none), std::move(anew));
}

}  // namespace

Together together(const Run& run, const Run& way_back) {
  const RunFinished& end = *way_back.finished;
  const std::string next = end.next.empty() ? std::string() : "\nnext: " + end.next;
  if (end.result == Result::succeeded)
    return {undone, fmt::format("run {} failed, and run {} undid it: {}. Exit {}.{}", run.id, way_back.id, end.summary,
                                undone, next)};
  return {held, fmt::format("run {} is held, and run {} did not bring it back as it was: {}. Exit {}.{}", run.id,
                            way_back.id, end.summary, held, next)};
}

Task<int> after_its_end(Acting& acting, Run run) {
  std::optional<Run> back;
  int exit_code = run.finished->exit_code;
  if (goes_back(run)) {
    try {
      back = co_await go_back(acting, run);
      const Together both = together(run, *back);
      exit_code = both.exit_code;
      tell(both.text);
    } catch (const Error& error) {
      tell(fmt::format("run {} is held, and was not undone: {}. Exit {}.\nnext: {}", run.id, error.what(), held,
                       run.finished->next));
    }
  }
  if (acting.arguments().format != Format::json) co_return exit_code;
  Json json = run_json(run);
  if (back) json.set("way_back", run_json(*back));
  write(stdout, to_pretty_text(json) + "\n");
  co_return exit_code;
}

}  // namespace orchestrate::cli
