#pragma once

#include "orchestrate/stage.hpp"

namespace orchestrate {

/// The two stages of `stamp`, which are no kinds for a policy: whether the schema agrees, and the version rows.
extern const StageKind schema_check_stage;
extern const StageKind stamp_stage;

}  // namespace orchestrate
