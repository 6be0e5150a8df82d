#pragma once

#include "stages/preflight/check.hpp"

namespace orchestrate::preflight {

/// The first word of migrations.command exists and, where it is Python or a script of a virtualenv, belongs to a
/// virtualenv of the project itself.
Task<Answer> command_program(Inspection& inspection);

/// The interpreter can import what the command is going to run, with exactly the environment it will have.
Task<Answer> command_tool(Inspection& inspection);

}  // namespace orchestrate::preflight
