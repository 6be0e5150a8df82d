#pragma once

#include <vector>

#include "orchestrate/stage.hpp"
#include "review/graph.hpp"

namespace orchestrate {

/// Where the history below the database's revisions is not what it was when they were applied: files that were edited
/// since, and revisions that nobody has run. Each blocks until it is approved as it is.
std::vector<Finding> edited_revisions(const StageContext& context, const RevisionGraph& graph);

/// What is in the database already, and the ledger does not know: file hashes by revision.
Json not_yet_known(const StageContext& context, const RevisionGraph& graph);

}  // namespace orchestrate
