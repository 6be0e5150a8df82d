#pragma once

#include "orchestrate/stage.hpp"

namespace orchestrate {

/// The lines that the services wrote since they were started, searched for what must not be there.
extern const StageKind journal_stage;

}  // namespace orchestrate
