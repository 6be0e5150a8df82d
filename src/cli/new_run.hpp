#pragma once

#include "cli/arguments.hpp"
#include "cli/place.hpp"
#include "orchestrate/event.hpp"

namespace orchestrate::cli {

/// Makes a run of the plan as `request` says it: verb, target and what was confirmed; the rest of it is filled in here.
/// Returns the process's exit code.
int new_run(Loaded loaded, const Arguments& arguments, RunCreated request);

/// The checks of such a run, without leaving a trace.
int dry_run(Loaded loaded, const Arguments& arguments, RunCreated request);

}  // namespace orchestrate::cli
