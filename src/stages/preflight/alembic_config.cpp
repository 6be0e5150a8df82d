#include "stages/preflight/alembic_config.hpp"

#include <algorithm>
#include <fstream>
#include <map>

namespace orchestrate::preflight {
namespace {

namespace fs = std::filesystem;

using Section = std::map<std::string, std::string>;

std::string trimmed(std::string_view text) {
  const auto first = text.find_first_not_of(" \t\r");
  if (first == std::string_view::npos) return {};
  return std::string(text.substr(first, text.find_last_not_of(" \t\r") - first + 1));
}

/// One section as Python's configparser reads it: `key = value` or `key: value`, continued by indented lines; comments
/// only on lines of their own.
std::optional<Section> read_section(std::istream& stream, const std::string& wanted) {
  std::optional<Section> section;
  std::string line, key;
  bool inside = false;
  while (std::getline(stream, line)) {
    const std::string text = trimmed(line);
    if (text.empty() || text.front() == '#' || text.front() == ';') continue;
    if (text.front() == '[') {
      inside = text == "[" + wanted + "]";
      if (inside && !section) section.emplace();
      continue;
    }
    if (!inside) continue;
    if (line.front() == ' ' || line.front() == '\t') {
      if (!key.empty()) (*section)[key] += "\n" + text;
      continue;
    }
    const std::size_t end = text.find_first_of("=:");
    key = trimmed(text.substr(0, end));
    (*section)[key] = end == std::string::npos ? "" : trimmed(text.substr(end + 1));
  }
  return section;
}

/// Alembic knows `%(here)s`; `%%` is one percent sign.
std::string interpolated(std::string value, const fs::path& here) {
  for (const auto& [name, text] : {std::pair<std::string, std::string>{"%(here)s", here.string()}, {"%%", "%"}})
    for (std::size_t at = 0; (at = value.find(name, at)) != std::string::npos; at += text.size())
      value.replace(at, name.size(), text);
  return value;
}

/// Old and new Alembic differ in the separator that is the default; all of them are accepted by some version.
std::vector<std::string> split_locations(const std::string& text) {
  std::vector<std::string> locations;
  std::string current;
  for (const char c : text + " ") {
    if (c != ' ' && c != ',' && c != ':' && c != '\n') {
      current += c;
      continue;
    }
    if (!current.empty()) locations.push_back(std::exchange(current, {}));
  }
  return locations;
}

AlembicConfig config_of(const Section& section, const fs::path& here) {
  AlembicConfig config;
  config.script_location = interpolated(section.at("script_location"), here);
  config.in_package = config.script_location.find(':') != std::string::npos;
  const auto locations = section.find("version_locations");
  if (locations != section.end() && !locations->second.empty())
    config.version_locations = split_locations(interpolated(locations->second, here));
  else if (!config.in_package)
    config.version_locations = {config.script_location + "/versions"};
  return config;
}

std::optional<std::string> option(const std::vector<std::string>& command, std::string_view brief,
                                  std::string_view full) {
  for (std::size_t i = 0; i < command.size(); ++i) {
    if ((command[i] == brief || command[i] == full) && i + 1 < command.size()) return command[i + 1];
    if (command[i].starts_with(std::string(full) + "=")) return command[i].substr(full.size() + 1);
  }
  return std::nullopt;
}

bool runs_alembic(const std::vector<std::string>& command) {
  if (fs::path(command.front()).filename() == "alembic") return true;
  const auto module = std::ranges::find(command, "-m");
  return module != command.end() && std::next(module) != command.end() && *std::next(module) == "alembic";
}

}  // namespace

std::optional<fs::path> alembic_config_file(const Policy& policy) {
  if (!runs_alembic(policy.migrations.command)) return std::nullopt;
  return policy.project.path / option(policy.migrations.command, "-c", "--config").value_or("alembic.ini");
}

std::string alembic_section(const Policy& policy) {
  return option(policy.migrations.command, "-n", "--name").value_or("alembic");
}

std::variant<AlembicConfig, Obstacle> read_alembic_config(const fs::path& file, const std::string& name) {
  const std::string path = file.string();
  std::ifstream stream(file);
  if (!stream || fs::is_directory(file))
    return Obstacle{path + " is not there or cannot be read", "correct the -c of migrations.command"};
  const std::optional<Section> section = read_section(stream, name);
  if (!section) return Obstacle{path + " has no section [" + name + "]", "name Alembic's configuration with -c"};
  if (!section->contains("script_location"))
    return Obstacle{path + " says no script_location", "add script_location = ... to [" + name + "]"};
  return config_of(*section, fs::absolute(file).parent_path());
}

}  // namespace orchestrate::preflight
