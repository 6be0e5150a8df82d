#pragma once

#include "orchestrate/stage.hpp"

namespace orchestrate {

/// A proven backup: somebody else's dump checked, or one of our own taken.
extern const StageKind backup_stage;

}  // namespace orchestrate
