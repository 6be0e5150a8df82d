#pragma once

#include "orchestrate/stage.hpp"

namespace orchestrate {

/// Of `drift` and `adopt`, which are no kinds for a policy: the schema that the migrations build from nothing, against
/// production's, object by object. The first tells what differs, the models too; the second lets an existing database
/// be stamped with `revision` where nothing does.
extern const StageKind drift_stage;
extern const StageKind adoption_check_stage;

}  // namespace orchestrate
