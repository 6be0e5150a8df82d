#pragma once

#include <vector>

#include "orchestrate/plan.hpp"
#include "orchestrate/run.hpp"

namespace orchestrate {

/// Neighbours in a plan that may run at the same time: stages that only check. What changes something is alone, and so
/// is preflight, which finds out whether there is anything to do.
using Batch = std::vector<const PlannedStage*>;

/// The plan in batches, in its order; it outlives them.
std::vector<Batch> batches(const Plan& plan);

/// Whether what `stage` needs of the others of its batch is proven by now.
bool ready(const PlannedStage& stage, const Batch& batch, const Run& run);

}  // namespace orchestrate
