#pragma once

#include "orchestrate/stage.hpp"

namespace orchestrate {

/// Compares the live host with what the policy says, and finds out what would be migrated.
extern const StageKind preflight_stage;

}  // namespace orchestrate
