#pragma once

#include <filesystem>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace orchestrate {

/// A setting and the line that it begins on.
struct ConfigValue {
  std::string text;
  int line = 0;
  bool operator==(const ConfigValue&) const = default;
};
using ConfigSection = std::map<std::string, ConfigValue, std::less<>>;

/// One section as Python's configparser reads it: `key = value` or `key: value`, continued by indented lines; comments
/// only on lines of their own. nullopt: there is no such section.
std::optional<ConfigSection> ini_section(std::string_view text, std::string_view name);

/// `[tool.alembic]` of a pyproject.toml; of its values those that are texts or lists of texts, a list joined by line
/// ends. nullopt: there is no such table.
std::optional<ConfigSection> pyproject_section(std::string_view text);

/// What Alembic's configuration says about where the versions are. Relative paths are relative to where it is run.
struct ScriptLocations {
  std::string script_location;
  std::vector<std::string> version_locations;  ///< empty when in_package
  bool in_package = false;                     ///< `package:directory`, which only Python can resolve
  bool operator==(const ScriptLocations&) const = default;
};

/// `here` is the directory of the configuration. nullopt: it says no script_location.
std::optional<ScriptLocations> script_locations(const ConfigSection& section, const std::filesystem::path& here);

/// What `prepend_sys_path` puts before all else that Python imports from; relative to where Alembic is run.
std::vector<std::string> prepended_paths(const ConfigSection& section, const std::filesystem::path& here);

}  // namespace orchestrate
