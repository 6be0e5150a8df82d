#pragma once

#include "stages/preflight/check.hpp"

namespace orchestrate::preflight {

/// The migration's role may create in the app's schemas.
Task<Answer> role(Inspection& inspection);

/// It owns what the pending revisions change, or is in the role that owns it.
Task<Answer> owners(Inspection& inspection);

}  // namespace orchestrate::preflight
