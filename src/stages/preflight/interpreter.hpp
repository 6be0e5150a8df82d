#pragma once

#include "stages/preflight/check.hpp"

namespace orchestrate::preflight {

/// The first word of migrations.command is a program that is there, and none of the system's where the project has its
/// own.
Task<Answer> command_program(Inspection& inspection);

/// The project's interpreter belongs to a virtualenv of the project itself.
Task<Answer> project_interpreter(Inspection& inspection);

/// The interpreter can import Alembic and what the command is going to run, with exactly the environment it will have.
Task<Answer> command_tool(Inspection& inspection);

}  // namespace orchestrate::preflight
