#pragma once

#include "orchestrate/stage.hpp"

namespace orchestrate {

/// Keeps the checkout as it is before the upgrade, as a git commit.
extern const StageKind restore_point_stage;

}  // namespace orchestrate
