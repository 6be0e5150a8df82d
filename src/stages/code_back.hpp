#pragma once

#include "orchestrate/stage.hpp"

namespace orchestrate {

/// Of `rollback`, no kinds for a policy. The first looks, while nothing has been done yet, whether the code at a commit
/// can be checked out; the second whether it knows the revisions that the backup holds; the third checks it out, once a
/// restore point keeps what is there.
extern const StageKind code_source_stage;  ///< keys `commit`, `max_file`
extern const StageKind code_fits_stage;
extern const StageKind checkout_stage;

}  // namespace orchestrate
