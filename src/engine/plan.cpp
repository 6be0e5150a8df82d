#include "orchestrate/plan.hpp"

#include <algorithm>
#include <optional>
#include <set>

#include <fmt/format.h>

#include "engine/stopped_dump.hpp"
#include "orchestrate/evidence.hpp"

namespace orchestrate {
namespace {

struct Step {
  const StageSpec& spec;
  const StageKind& kind;
  bool provides(std::string_view evidence) const {
    return std::ranges::find(kind.provides, evidence) != kind.provides.end();
  }
  bool changes() const { return kind.effect(spec.settings) == Effect::changes; }
};

using Steps = std::vector<Step>;
using Problems = std::vector<Problem>;

std::string kinds_that_provide(std::string_view evidence, std::span<const StageKind* const> kinds) {
  std::string names;
  for (const StageKind* kind : kinds)
    if (std::ranges::find(kind->provides, evidence) != kind->provides.end())
      names += fmt::format("{}`{}`", names.empty() ? "" : " or ", kind->name);
  return names;
}

void check_needs(const Steps& steps, std::span<const StageKind* const> kinds, Problems& problems) {
  std::set<std::string_view> proven;
  for (const Step& step : steps) {
    for (const std::string_view need : step.kind.needs)
      if (!proven.contains(need))
        problems.push_back(
            {step.spec.position, fmt::format("{} needs {}, which no earlier stage provides; put {} before it",
                                             step.spec.name, need, kinds_that_provide(need, kinds))});
    proven.insert(step.kind.provides.begin(), step.kind.provides.end());
  }
}

void check_preflight_is_first(const Steps& steps, Problems& problems) {
  for (std::size_t i = 1; i < steps.size(); ++i)
    if (steps[i].provides(evidence::preflight_passed))
      problems.push_back({steps[i].spec.position, fmt::format("{} must be the first stage", steps[i].spec.name)});
}

void check_single_upgrade(const Steps& steps, Problems& problems) {
  const auto is_upgrade = [](const Step& step) { return step.provides(evidence::upgrade_done); };
  const auto first = std::ranges::find_if(steps, is_upgrade);
  if (first == steps.end()) return;
  for (auto next = std::find_if(first + 1, steps.end(), is_upgrade); next != steps.end();
       next = std::find_if(next + 1, steps.end(), is_upgrade))
    problems.push_back({next->spec.position, "a pipeline has one upgrade; this is the second"});
}

/// A restore point that moves the branch comes last before the upgrade, so that a failure earlier leaves the branch
/// alone.
void check_commit_is_last(const Steps& steps, Problems& problems) {
  for (std::size_t i = 0; i < steps.size(); ++i) {
    if (!steps[i].provides(evidence::restore_point_recorded) || !steps[i].changes()) continue;
    if (i + 1 < steps.size() && steps[i + 1].provides(evidence::upgrade_done)) continue;
    problems.push_back(
        {steps[i].spec.position,
         fmt::format("{} moves the branch, so it must stand directly before upgrade; move it there or use "
                     "`mode: ref`",
                     steps[i].spec.name)});
  }
}

/// A command that cannot be told where to go ends at head, whatever the pipeline wants.
void check_target(const Steps& steps, const Policy& policy, Problems& problems) {
  if (policy.migrations.takes_target()) return;
  for (const Step& step : steps)
    if (step.provides(evidence::upgrade_done) && step.spec.settings.has("target") &&
        step.spec.settings.text("target") != "head")
      problems.push_back({step.spec.settings.position("target"),
                          fmt::format("target {} cannot be told to migrations.command, which always goes to head; put "
                                      "{{target}} where its revision stands, or leave target out",
                                      step.spec.settings.text("target"))});
}

/// Without a unit a restart would pass and restart nothing.
void check_units(const Steps& steps, const Policy& policy, Problems& problems) {
  for (const Step& step : steps)
    if (step.kind.services == Services::touched && policy.services.empty() && !step.spec.settings.has("units"))
      problems.push_back(
          {step.spec.position,
           fmt::format("{} has no unit to work on; add `services:` or its own `units:`", step.spec.name)});
}

/// What cannot be done when it is needed is refused now. Plans of other verbs have no upgrade.
void check_on_failure(const Policy& policy, Problems& problems) {
  if (!policy.stage_of_kind("upgrade")) return;
  struct Named {
    std::string_view key;
    const OnFailure::Choice& choice;
  };
  const OnFailure& on_failure = policy.on_failure;
  for (const auto& [key, choice] :
       {Named{"upgrade", on_failure.upgrade}, Named{"after_upgrade", on_failure.after_upgrade}}) {
    if (choice.remedy == Remedy::restore && !stopped_dump(policy))
      problems.push_back(
          {choice.position,
           fmt::format("{}: restore would lose what services write after the dump; put `- stop`, for every unit of the "
                       "policy, and then `- backup: {{ take: DIRECTORY }}` before upgrade, or say {}: hold",
                       key, key)});
    const bool has_downgrade =
        policy.migrations.tool == Migrations::Tool::alembic || !policy.migrations.downgrade.empty();
    if (choice.remedy == Remedy::downgrade && !has_downgrade)
      problems.push_back(
          {choice.position, fmt::format("{}: downgrade needs migrations.downgrade, with {{target}} where the revision "
                                        "stands; add it, or say {}: hold",
                                        key, key)});
  }
}

}  // namespace

bool PlannedStage::needs(std::string_view evidence) const {
  return std::ranges::find(kind->needs, evidence) != kind->needs.end();
}

bool PlannedStage::provides(std::string_view evidence) const {
  return std::ranges::find(kind->provides, evidence) != kind->provides.end();
}

std::variant<Plan, std::vector<Problem>> make_plan(const Policy& policy, std::span<const StageKind* const> kinds) {
  Problems problems;
  Steps steps;
  for (const StageSpec& spec : policy.pipeline) {
    const auto kind = std::ranges::find(kinds, spec.kind, [](const StageKind* k) { return k->name; });
    if (kind == kinds.end())
      problems.push_back({spec.position, fmt::format("unknown stage kind '{}'", spec.kind)});
    else
      steps.push_back({spec, **kind});
  }
  check_preflight_is_first(steps, problems);
  check_needs(steps, kinds, problems);
  check_single_upgrade(steps, problems);
  check_commit_is_last(steps, problems);
  check_target(steps, policy, problems);
  check_units(steps, policy, problems);
  check_on_failure(policy, problems);
  if (!problems.empty()) {
    std::ranges::stable_sort(problems, {}, &Problem::position);
    return problems;
  }

  Plan plan;
  for (const Step& step : steps)
    plan.stages.push_back({step.spec.name, &step.kind, std::shared_ptr<const Stage>(step.kind.bind(step.spec, policy)),
                           step.spec.timeout.value_or(step.kind.timeout), step.kind.effect(step.spec.settings)});
  return plan;
}

Plan way_back(Plan plan) {
  std::erase_if(plan.stages, [](const PlannedStage& stage) {
    const bool proves = !stage.kind->provides.empty(), stops = stage.kind->services == Services::touched;
    return stage.provides(evidence::services_healthy) || stage.needs(evidence::services_healthy) || !(proves || stops);
  });
  for (PlannedStage& stage : plan.stages)
    if (stage.provides(evidence::upgrade_done)) stage.name = to_string(Direction::downgrade);
  return plan;
}

}  // namespace orchestrate
