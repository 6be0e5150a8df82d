#pragma once

#include <span>
#include <stop_token>
#include <string>

#include "orchestrate/ports.hpp"
#include "orchestrate/task.hpp"
#include "review/project_modules.hpp"
#include "review/source.hpp"

namespace orchestrate {

/// Reads those modules of the project that upgrade() or downgrade() of these files use, and that such a module uses,
/// with Python's own parser and as data. Each is read once. A module that cannot be parsed stays as if it were not
/// there.
Task<> follow_imports(Commands& commands, Argv python, std::span<const SyntaxTree> files, ProjectModules& project,
                      std::stop_token stop);

}  // namespace orchestrate
