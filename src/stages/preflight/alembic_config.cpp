#include "stages/preflight/alembic_config.hpp"

#include <algorithm>
#include <fstream>
#include <iterator>

namespace orchestrate::preflight {
namespace {

namespace fs = std::filesystem;

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

std::variant<ScriptLocations, Obstacle> read_alembic_config(const fs::path& file, const std::string& name) {
  const std::string path = file.string();
  std::ifstream stream(file);
  if (!stream || fs::is_directory(file))
    return Obstacle{path + " is not there or cannot be read", "correct the -c of migrations.command"};
  const std::string text{std::istreambuf_iterator<char>(stream), {}};
  const bool toml = file.extension() == ".toml";  // which Alembic reads since 1.16
  const auto section = toml ? pyproject_section(text) : ini_section(text, name);
  if (!section) return Obstacle{path + " has no section [" + name + "]", "name Alembic's configuration with -c"};
  auto locations = script_locations(*section, fs::absolute(file).parent_path());
  if (!locations) return Obstacle{path + " says no script_location", "add script_location = ... to [" + name + "]"};
  return std::move(*locations);
}

}  // namespace orchestrate::preflight
