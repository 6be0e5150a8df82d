#pragma once

#include "orchestrate/stage.hpp"

namespace orchestrate {

/// Restart in order, then watch: healthy means healthy over a window.
extern const StageKind restart_stage;
/// For migrations that need downtime: `stop` before the upgrade, `start` after the post-check.
extern const StageKind stop_stage;
extern const StageKind start_stage;

/// The command that starts the services of such a run once more, when what failed is mended.
std::string start_again_command(const StageContext& context);

/// Units of a stage of these kinds, in its order.
std::vector<UnitName> units_of(const StageSpec& spec, const Policy& policy);

}  // namespace orchestrate
