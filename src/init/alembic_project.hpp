#pragma once

#include <filesystem>
#include <optional>
#include <string>
#include <vector>

#include "init/fact.hpp"
#include "init/python_file.hpp"

namespace orchestrate::init {

/// An Alembic environment as its configuration has it.
struct AlembicProject {
  std::optional<Fact<std::filesystem::path>> config;  ///< alembic.ini, or pyproject.toml; at its script_location
  std::vector<Fact<std::filesystem::path>> versions;  ///< absolute; one may not exist yet
  std::optional<std::filesystem::path> env_py;
  std::optional<Place> url_in_config;                ///< sqlalchemy.url holds an address of its own
  std::vector<std::filesystem::path> other_configs;  ///< as near as `config`, so that a person has to choose
};

/// From alembic.ini in the project, `[tool.alembic]` of its pyproject.toml, the nearest alembic.ini below it, or the
/// only env.py that has a directory of versions beside it.
AlembicProject alembic_project(const std::filesystem::path& project);

/// What env.py tells Alembic about its table; empty texts are what cannot be read.
struct VersionTable {
  std::optional<Fact<std::string>> name, schema;
};
VersionTable version_table(const PythonFile& env_py, const std::vector<PythonFile>& code);

/// Every schema that an operation of the version files names with `schema="..."`, once, at its first place.
std::vector<Fact<std::string>> schemas_in(const std::vector<Fact<std::filesystem::path>>& versions);

}  // namespace orchestrate::init
