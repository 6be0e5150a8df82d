#pragma once

#include <string>
#include <vector>

#include "orchestrate/json.hpp"
#include "review/statement.hpp"

namespace orchestrate {

/// What a version file's functions do, in the order in which they do it.
struct Script {
  enum class Body { missing, empty, written, refuses };
  std::vector<Statement> upgrade, downgrade;  ///< both begin with what happens when the file is imported
  Body upgrade_body = Body::missing;
  Body downgrade_body = Body::missing;  ///< `refuses`: it raises
};

/// Follows upgrade() and downgrade() through a syntax tree; nothing of the project runs. What cannot be followed is an
/// opaque statement at its place. Statements get `revision` and `file`.
Script read_script(const Json& tree, const std::string& revision, const std::string& file);

}  // namespace orchestrate
