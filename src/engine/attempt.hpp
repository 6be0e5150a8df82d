#pragma once

#include "orchestrate/outcome.hpp"
#include "orchestrate/task.hpp"

namespace orchestrate {

/// The only place where an exception becomes an outcome, and it is never `passed`.
Task<Outcome> attempt(Task<Outcome> work);

}  // namespace orchestrate
