#pragma once

#include <vector>

#include "orchestrate/stage.hpp"
#include "review/graph.hpp"
#include "review/review.hpp"

namespace orchestrate {

/// What the pending set is in this release, which is all that changed in the checkout since the run that upgraded last:
/// revisions that were there then already, and code that changes together with what it uses. Nothing where no restore
/// point of that run is kept.
Task<std::vector<Finding>> release_findings(StageContext& context, const RevisionGraph& graph,
                                            const std::vector<Finding>& known);

}  // namespace orchestrate
