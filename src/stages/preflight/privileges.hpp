#pragma once

#include "stages/preflight/check.hpp"

namespace orchestrate::preflight {

/// The migration's role may create in the app's schemas and owns what is there, or is in the role that owns it.
Task<Answer> role(Inspection& inspection);

}  // namespace orchestrate::preflight
