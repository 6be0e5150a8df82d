#pragma once

#include "orchestrate/plan.hpp"
#include "orchestrate/run.hpp"

namespace orchestrate {

/// Where the run got to, as far as it decides what may have changed.
enum class Phase {
  before_upgrade,
  upgrading,
  after_upgrade,
};

Phase phase_of(const Run& run, const Plan& plan);

/// Pure: from what the run recorded, how it ended, in what state everything is, and what to do next.
RunFinished conclude(const Run& run, const Plan& plan);

}  // namespace orchestrate
