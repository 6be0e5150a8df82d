#include "init/alembic_project.hpp"

#include <algorithm>

#include "files/listing.hpp"
#include "init/project_tree.hpp"
#include "review/alembic_config.hpp"

namespace orchestrate::init {
namespace {

namespace fs = std::filesystem;

struct Config {
  fs::path file;
  ConfigSection section;
};

std::optional<Config> read_config(const fs::path& file) {
  const std::string text = text_if_readable(file);
  auto section = file.extension() == ".toml" ? pyproject_section(text) : ini_section(text, "alembic");
  if (!section || !section->contains("script_location")) return std::nullopt;
  return Config{file, std::move(*section)};
}

std::ptrdiff_t depth(const fs::path& file) {
  return std::distance(file.begin(), file.end());
}

/// The nearest; others that are as near are for a person to choose of.
std::optional<Config> find_config(const fs::path& project, AlembicProject& found) {
  for (const std::string_view name : {"alembic.ini", "pyproject.toml"})
    if (auto config = read_config(project / name)) return config;
  std::optional<Config> nearest;
  for (const fs::path& file : project_files(project, "alembic.ini")) {
    if (nearest && depth(file) > depth(nearest->file)) break;
    auto config = read_config(file);
    if (!config) continue;
    if (nearest)
      found.other_configs.push_back(file);
    else
      nearest = std::move(config);
  }
  return nearest;
}

/// `package:directory`, where the package is below the project or its src/.
std::optional<fs::path> in_package(const fs::path& project, const std::string& location) {
  std::string relative = location;
  std::ranges::replace(relative, ':', '/');
  const std::size_t package = location.find(':');
  std::replace(relative.begin(), relative.begin() + static_cast<std::ptrdiff_t>(package), '.', '/');
  std::error_code error;
  for (const fs::path& top : {project, project / "src"})
    if (fs::is_directory(top / relative, error)) return top / relative;
  return std::nullopt;
}

void read_locations(const fs::path& project, const Config& config, AlembicProject& found) {
  const auto locations = script_locations(config.section, config.file.parent_path());
  const auto line_of = [&](std::string_view key) { return Place{config.file, config.section.find(key)->second.line}; };
  const Place place = line_of("script_location");
  found.config = {config.file, place};
  const bool listed = config.section.contains("version_locations") && !locations->version_locations.empty();
  for (const std::string& versions : locations->version_locations)
    found.versions.push_back({(project / versions).lexically_normal(), listed ? line_of("version_locations") : place});
  const auto scripts = locations->in_package ? in_package(project, locations->script_location)
                                             : std::optional(project / locations->script_location);
  if (!scripts) return;
  if (found.versions.empty()) found.versions.push_back({(*scripts / "versions").lexically_normal(), place});
  std::error_code error;
  if (fs::exists(*scripts / "env.py", error)) found.env_py = (*scripts / "env.py").lexically_normal();
}

void look_for_env_py(const fs::path& project, AlembicProject& found) {
  std::vector<fs::path> environments;
  std::error_code error;
  for (const fs::path& file : project_files(project, "env.py"))
    if (fs::is_directory(file.parent_path() / "versions", error)) environments.push_back(file);
  if (environments.size() != 1) return;
  found.env_py = environments.front();
  found.versions = {{environments.front().parent_path() / "versions", {environments.front()}}};
}

}  // namespace

AlembicProject alembic_project(const fs::path& project) {
  AlembicProject found;
  const auto config = find_config(project, found);
  if (config) read_locations(project, *config, found);
  if (found.versions.empty()) look_for_env_py(project, found);
  if (!config) return found;
  const auto url = config->section.find("sqlalchemy.url");
  // Of Alembic's own template: driver://user:pass@localhost/dbname.
  if (url != config->section.end() && url->second.text.starts_with("postgres"))
    found.url_in_config = {config->file, url->second.line};
  return found;
}

VersionTable version_table(const PythonFile& env_py, const std::vector<PythonFile>& code) {
  // `version_table=NAME` is Alembic's; without a keyword it has its default.
  return {keyword_text(env_py, "version_table", code), keyword_text(env_py, "version_table_schema", code)};
}

std::vector<Fact<std::string>> schemas_in(const std::vector<Fact<fs::path>>& versions) {
  std::vector<Fact<std::string>> schemas;
  std::error_code error;
  for (const auto& directory : versions) {
    if (!fs::is_directory(directory.value, error)) continue;
    for (const fs::path& path : files::listing(directory.value)) {
      if (path.extension() != ".py") continue;
      const PythonFile file = read_python(path);
      for (const PythonLine& line : file.lines)
        for (std::size_t at = 0; at + 2 < line.tokens.size(); ++at) {
          const PythonToken& value = line.tokens[at + 2];
          const bool named = line.tokens[at].is("schema") && line.tokens[at + 1].is("=") && !value.value.empty();
          if (named && std::ranges::find(schemas, value.value, &Fact<std::string>::value) == schemas.end())
            schemas.push_back({value.value, file.at(value.line)});
        }
    }
  }
  return schemas;
}

}  // namespace orchestrate::init
