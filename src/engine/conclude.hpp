#pragma once

#include <string>

#include "orchestrate/run.hpp"

namespace orchestrate {

/// Where the run got to, as far as it decides what may have changed. Told by the run's own facts, so that a dead run
/// can be judged whatever its policy says today.
enum class Phase {
  before_upgrade,
  upgrading,
  after_upgrade,
};

Phase phase_of(const Run& run);

/// Pure: from what the run recorded, how it ended, in what state everything is, and what to do next.
RunFinished conclude(const Run& run);

/// What to do about an upgrade that was left half done, as far as is known.
std::string half_done_next(const std::string& run);

}  // namespace orchestrate
