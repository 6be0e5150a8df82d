#pragma once

#include <string>
#include <vector>

#include "review/facts.hpp"
#include "review/rule.hpp"

namespace orchestrate {

/// Names of tables and indexes in the statements, sorted.
std::vector<std::string> names_in(const std::vector<ReadRevision>& revisions);

/// Adds to the statements what only the catalog knows: old types, what is proven already, which table an index is of.
/// What an earlier statement of the set has changed is left as its text says.
void enrich(std::vector<ReadRevision>& revisions, const Facts& facts);

}  // namespace orchestrate
