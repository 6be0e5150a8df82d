#pragma once

#include "orchestrate/stage.hpp"

namespace orchestrate {

/// Red flags of the pending revisions, and what of them a person has approved.
extern const StageKind review_stage;

}  // namespace orchestrate
