#pragma once

#include "cli/acting.hpp"
#include "orchestrate/run.hpp"

namespace orchestrate::cli {

/// Shows as JSON, where that was asked for, a run that has ended; and where the policy's on_failure says so, begins the
/// one that goes back, in the same process and under the same lock. Returns the exit code of both.
Task<int> after_its_end(Acting& acting, Run run);

/// What both are together: the failed run, and the end of the one that goes back. For whoever watches.
struct Together {
  int exit_code = 0;
  std::string text;
};
Together together(const Run& run, const Run& way_back);

}  // namespace orchestrate::cli
