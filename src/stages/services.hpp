#pragma once

#include "orchestrate/stage.hpp"

namespace orchestrate {

/// Restart in order, then watch: healthy means healthy over a window.
extern const StageKind restart_stage;
/// For migrations that need downtime: `stop` before the upgrade, `start` after the post-check.
extern const StageKind stop_stage;
extern const StageKind start_stage;

/// Units of a stage of these kinds, in its order.
std::vector<UnitName> units_of(const StageSpec& spec, const Policy& policy);

}  // namespace orchestrate
