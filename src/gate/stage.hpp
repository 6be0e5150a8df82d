#pragma once

#include "orchestrate/stage.hpp"

namespace orchestrate {

/// Asks the gate before anything is touched. It is no kind for a policy: an upgrade has its post-check.
extern const StageKind gate_stage;

}  // namespace orchestrate
