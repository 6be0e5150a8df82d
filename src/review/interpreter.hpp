#pragma once

#include <string>
#include <vector>

#include "orchestrate/json.hpp"
#include "review/project_modules.hpp"
#include "review/statement.hpp"

namespace orchestrate {

/// What a version file's functions do, in the order in which they do it.
struct Script {
  enum class Body { missing, empty, written, refuses };
  std::vector<Statement> upgrade, downgrade;  ///< both begin with what happens when the file is imported
  Body upgrade_body = Body::missing;
  Body downgrade_body = Body::missing;  ///< `refuses`: it raises
  UsedModules modules;                  ///< of the project, that were looked into
};

/// Follows upgrade() and downgrade() through a syntax tree; nothing of the project runs. What cannot be followed is an
/// opaque statement at its place, and so is what calls a module that `project` does not have. Statements get `revision`
/// and the file that they stand in.
Script read_script(const Json& tree, const std::string& revision, const std::string& file, ProjectModules& project);

}  // namespace orchestrate
