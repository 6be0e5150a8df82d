#include "engine/batches.hpp"

#include <algorithm>

#include "orchestrate/evidence.hpp"

namespace orchestrate {
namespace {

bool alone(const PlannedStage& stage) {
  return stage.effect == Effect::changes || stage.provides(evidence::preflight_passed);
}

bool needs_of(const PlannedStage& stage, const PlannedStage& other) {
  return std::ranges::any_of(stage.kind->needs, [&](std::string_view need) { return other.provides(need); });
}

bool passed(const PlannedStage& stage, const Run& run) {
  const StageRecord* record = run.stage(stage.name);
  return record && record->state == StageRecord::State::passed;
}

}  // namespace

std::vector<Batch> batches(const Plan& plan) {
  std::vector<Batch> all;
  for (const PlannedStage& stage : plan.stages) {
    const bool joins = !all.empty() && !alone(stage) && !alone(*all.back().front());
    if (joins)
      all.back().push_back(&stage);
    else
      all.push_back({&stage});
  }
  return all;
}

bool ready(const PlannedStage& stage, const Batch& batch, const Run& run) {
  bool before = true;
  for (const PlannedStage* other : batch) {
    if (other == &stage) before = false;
    const bool waited_for = needs_of(stage, *other) || (before && stage.effect == Effect::keeps);
    if (other != &stage && waited_for && !passed(*other, run)) return false;
  }
  return true;
}

}  // namespace orchestrate
