#pragma once

#include "orchestrate/stage.hpp"

namespace orchestrate {

/// The version rows of the database against the target, as sets.
extern const StageKind post_check_stage;

}  // namespace orchestrate
