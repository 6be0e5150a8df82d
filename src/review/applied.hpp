#pragma once

#include <string>
#include <variant>
#include <vector>

#include "review/graph.hpp"
#include "review/lineage.hpp"

namespace orchestrate {

/// Why nobody can say which revisions Alembic would run.
Finding refusal(std::string rule, std::string object, std::string why, std::string remedy);

/// What the rows of the version table are in the graph: an unknown one, or one below another, is a finding.
std::variant<Nodes, Finding> applied_nodes(const Lineage& lineage, const RevisionGraph& graph,
                                           const std::vector<std::string>& rows);

}  // namespace orchestrate
