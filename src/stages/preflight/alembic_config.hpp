#pragma once

#include <filesystem>
#include <optional>
#include <string>
#include <variant>

#include "orchestrate/obstacle.hpp"
#include "orchestrate/policy.hpp"
#include "review/alembic_config.hpp"

namespace orchestrate::preflight {

/// What `migrations.command` names with `-c` or `--config`, else alembic.ini; nullopt: the command is not Alembic.
std::optional<std::filesystem::path> alembic_config_file(const Policy& policy);

/// `-n NAME`, else `alembic`.
std::string alembic_section(const Policy& policy);

std::variant<ScriptLocations, Obstacle> read_alembic_config(const std::filesystem::path& file,
                                                            const std::string& section);

}  // namespace orchestrate::preflight
