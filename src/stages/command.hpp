#pragma once

#include "orchestrate/stage.hpp"

namespace orchestrate {

/// A command of the operator's own, as the policy's user in project.path.
extern const StageKind command_stage;

}  // namespace orchestrate
