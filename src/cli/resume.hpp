#pragma once

#include <string>

#include "cli/acting.hpp"
#include "cli/place.hpp"
#include "orchestrate/run.hpp"

namespace orchestrate::cli {

/// The policy and plan of a run that goes on. Throws Error (`usage`) when the policy has changed since.
Loaded policy_of(const Run& run, const Arguments& arguments);

/// Does what is left of a run that is judged. Returns the exit code; throws Error (`usage`) where nothing may be left
/// of it to be done.
Task<int> go_on(Acting& acting, Run run, std::string asked_by);

}  // namespace orchestrate::cli
