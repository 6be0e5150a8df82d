#pragma once

#include <string>

#include "orchestrate/run.hpp"

namespace orchestrate {

/// Pure: from what the run recorded, how it ended, in what state everything is, and what to do next.
RunFinished conclude(const Run& run);

/// The command that makes another such run.
std::string same_again(const Run& run);

/// What to do about an upgrade that was left half done, as far as is known.
std::string half_done_next(const std::string& run);

}  // namespace orchestrate
