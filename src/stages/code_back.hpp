#pragma once

#include "orchestrate/stage.hpp"

namespace orchestrate {

/// Of `rollback`, no kinds for a policy. The first looks whether the code at a commit knows the revisions that the
/// backup holds; the second checks it out, once a restore point keeps what is there.
extern const StageKind code_source_stage;  ///< key `commit`
extern const StageKind checkout_stage;

}  // namespace orchestrate
