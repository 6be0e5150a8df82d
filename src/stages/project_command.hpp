#pragma once

#include <filesystem>
#include <optional>
#include <string>
#include <string_view>
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

/// The project's interpreter: `migrations.python`, else the one that `migrations.command` begins with.
std::filesystem::path project_python(const Policy& policy);

/// The whole command that upgrades to `target`.
Argv upgrade_argv(const Policy& policy, std::string_view target);

/// The whole command that downgrades to `target`; absent when the policy knows none.
std::optional<Argv> downgrade_argv(const Policy& policy, std::string_view target);

}  // namespace orchestrate
