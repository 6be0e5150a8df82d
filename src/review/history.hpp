#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "orchestrate/names.hpp"
#include "review/graph.hpp"
#include "review/rule.hpp"

namespace orchestrate {

/// The tables of which a set must know what they are before it, for only that may show a change to be harmless: most
/// sets have none.
std::vector<std::string> tables_in_question(const std::vector<ReadRevision>& pending);

/// Of those that ran before, in their order, the ones that may have made these tables what they are: whose text names
/// one, and whose text may do what it does not name. A long history is mostly about other tables.
std::vector<const Revision*> revisions_about(const std::vector<std::string>& tables,
                                             const std::vector<const Revision*>& history);

/// Whether what a version file does to a table may be seen only by following it: it computes names, runs code that is
/// elsewhere or SQL that does more than it says.
bool may_do_unnamed(std::string_view source);

}  // namespace orchestrate
