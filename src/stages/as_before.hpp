#pragma once

#include "orchestrate/stage.hpp"

namespace orchestrate {

/// After a downgrade that nobody confirmed: version rows and catalog are as an earlier run had found them. No kind for
/// a policy; its setting `state` is that run's SchemaState as JSON.
extern const StageKind as_before_stage;

}  // namespace orchestrate
