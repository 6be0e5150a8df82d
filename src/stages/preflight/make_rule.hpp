#pragma once

#include "stages/preflight/check.hpp"

namespace orchestrate::preflight {

/// When the command is `make`, its makefile has a rule for what it is asked to make.
Task<Answer> make_rule(Inspection& inspection);

}  // namespace orchestrate::preflight
