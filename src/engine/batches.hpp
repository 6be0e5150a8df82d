#pragma once

#include <vector>

#include "orchestrate/plan.hpp"
#include "orchestrate/run.hpp"

namespace orchestrate {

/// Neighbours in a plan that may run at the same time: stages that change nothing. What changes something is alone, and
/// so is preflight, which finds out whether there is anything to do.
using Batch = std::vector<const PlannedStage*>;

/// The plan in batches, in its order; it outlives them.
std::vector<Batch> batches(const Plan& plan);

/// Whether `stage` may begin: what it needs of the others of its batch is proven, and what would leave something behind
/// also waits for all that stand before it, so that a refused run leaves no more than its pipeline says.
bool ready(const PlannedStage& stage, const Batch& batch, const Run& run);

}  // namespace orchestrate
