#include "engine/phase.hpp"

#include <algorithm>

#include "orchestrate/evidence.hpp"

namespace orchestrate {

Phase phase_of(const Run& run) {
  const bool upgraded = !run.evidence(evidence::upgrade_done).is_null() || !run.fact(fact::finishes).is_null();
  if (upgraded) return Phase::after_upgrade;
  return run.fact(fact::database_before).is_null() ? Phase::before_upgrade : Phase::upgrading;
}

bool is_half_done(const Run& run) {
  return phase_of(run) == Phase::upgrading && run.evidence(evidence::database_unchanged).is_null();
}

bool has_changed_database(const Run& run) {
  return phase_of(run) == Phase::after_upgrade || is_half_done(run);
}

bool lacks_its_code(const Run& run) {
  const bool has_database = run.restores() && phase_of(run) == Phase::after_upgrade;
  return has_database && !run.evidence(evidence::code_source).is_null() && run.evidence(evidence::code_back).is_null();
}

bool has_begun_restart(const Run& run) {
  const auto begun = [](const StageRecord& stage) {
    return std::ranges::any_of(stage.facts,
                               [](const auto& fact) { return fact.first.starts_with(fact::service_before); });
  };
  return run.created.verb == "restart" && std::ranges::any_of(run.stages, begun);
}

bool may_start_again(const Run& run) {
  const bool as_before = phase_of(run) != Phase::after_upgrade && !is_half_done(run);
  return as_before && run.fact(fact::command_ran).is_null();
}

}  // namespace orchestrate
