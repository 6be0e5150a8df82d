#pragma once

#include <stop_token>

#include "orchestrate/ports.hpp"
#include "orchestrate/task.hpp"
#include "review/project_modules.hpp"

namespace orchestrate {

/// Reads the modules that somebody has asked `project` for, with Python's own parser and as data. Each is read once;
/// one that cannot be parsed stays as if it were not there.
Task<> read_wanted(Commands& commands, Argv python, ProjectModules& project, std::stop_token stop);

}  // namespace orchestrate
