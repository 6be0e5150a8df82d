#pragma once

#include <optional>
#include <string>
#include <vector>

#include "orchestrate/names.hpp"
#include "review/graph.hpp"

namespace orchestrate {

/// How a database stands to the version files beside the code that wants to start.
struct Standing {
  enum class Kind {
    current,  ///< at the heads
    behind,   ///< revisions are pending
    ahead,    ///< at a revision that no file is
    unknown,  ///< nobody can tell
  } kind = Kind::unknown;
  std::string why;  ///< "the database is at 002, and 003 is pending"
};

/// `rows` of the version table; nullopt: there is no such table.
Standing standing_of(const RevisionGraph& graph, const TableName& version_table,
                     const std::optional<std::vector<std::string>>& rows);

std::string_view to_string(Standing::Kind kind);

}  // namespace orchestrate
