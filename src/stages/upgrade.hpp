#pragma once

#include "orchestrate/stage.hpp"

namespace orchestrate {

/// Runs the project's own `upgrade`, and after a failure proves whether anything is left behind.
extern const StageKind upgrade_stage;

}  // namespace orchestrate
