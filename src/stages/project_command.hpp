#pragma once

#include <string>
#include <utility>
#include <vector>

#include "orchestrate/policy.hpp"
#include "orchestrate/ports.hpp"

namespace orchestrate {

using Variables = std::vector<std::pair<std::string, Secret>>;

/// Sets or replaces one variable.
void set_variable(Variables& variables, std::string_view name, std::string value);

/// What every child of the project gets, and nothing else: PATH, HOME, USER, LOGNAME, LANG, what the env file says, and
/// PYTHONDONTWRITEBYTECODE, so that looking at a checkout never changes it.
Variables child_environment(const Application& application);

/// A child in project.path with that environment; a relative argv[0] that holds a slash is taken from project.path.
Command project_command(const Application& application, Argv argv);

/// The interpreter of `migrations.command`: its first word.
std::filesystem::path project_python(const Policy& policy);

}  // namespace orchestrate
