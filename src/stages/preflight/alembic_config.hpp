#pragma once

#include <filesystem>
#include <optional>
#include <string>
#include <variant>
#include <vector>

#include "orchestrate/obstacle.hpp"
#include "orchestrate/policy.hpp"

namespace orchestrate::preflight {

/// What Alembic's configuration says about where the versions are. Relative paths are relative to project.path.
struct AlembicConfig {
  std::string script_location;
  std::vector<std::string> version_locations;  ///< empty when in_package
  bool in_package = false;                     ///< `package:directory`, which only Python can resolve
};

/// What `migrations.command` names with `-c` or `--config`, else alembic.ini; nullopt: the command is not Alembic.
std::optional<std::filesystem::path> alembic_config_file(const Policy& policy);

/// `-n NAME`, else `alembic`.
std::string alembic_section(const Policy& policy);

std::variant<AlembicConfig, Obstacle> read_alembic_config(const std::filesystem::path& file,
                                                          const std::string& section);

}  // namespace orchestrate::preflight
