#pragma once

#include "orchestrate/stage.hpp"

namespace orchestrate {

extern const StageKind rehearsal_stage;

}  // namespace orchestrate
