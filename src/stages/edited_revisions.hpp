#pragma once

#include <vector>

#include "orchestrate/stage.hpp"
#include "review/graph.hpp"

namespace orchestrate {

/// Applied revisions whose file is not any more what a run of ours applied. Each blocks until it is approved as it is.
std::vector<Finding> edited_revisions(const StageContext& context, const RevisionGraph& graph);

}  // namespace orchestrate
