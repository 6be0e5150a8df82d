#include "review/import_roots.hpp"

#include <algorithm>
#include <array>
#include <fstream>
#include <iterator>
#include <set>

#include "review/alembic_config.hpp"

namespace orchestrate {
namespace {

namespace fs = std::filesystem;

constexpr std::array<std::string_view, 3> distribution_files = {"pyproject.toml", "setup.py", "setup.cfg"};

bool is_there(const fs::path& path) {
  std::error_code none;
  return fs::exists(path, none);
}

bool is_distribution(const fs::path& directory) {
  return std::ranges::any_of(distribution_files, [&](std::string_view name) { return is_there(directory / name); });
}

std::vector<fs::path> directories_in(const fs::path& directory) {
  std::vector<fs::path> found;
  std::error_code error;
  for (fs::directory_iterator entry(directory, error), end; !error && entry != end; entry.increment(error))
    if (std::error_code none; entry->is_directory(none) && !holds_no_code(entry->path()))
      found.push_back(entry->path());
  std::ranges::sort(found);
  return found;
}

std::vector<std::string> prepended_by(const fs::path& config, const std::string& name) {
  std::ifstream stream(config);
  const std::string text{std::istreambuf_iterator<char>(stream), {}};
  const auto section = config.extension() == ".toml" ? pyproject_section(text) : ini_section(text, name);
  return section ? prepended_paths(*section, config.parent_path()) : std::vector<std::string>{};
}

class Roots {
 public:
  explicit Roots(const ProjectLayout& layout) : layout_(layout), project_(fs::weakly_canonical(layout.directory)) {}

  std::vector<fs::path> found() {
    for (const fs::path& config : layout_.configs) add_prepended(config);
    for (const fs::path& versions : layout_.versions) add_above(fs::weakly_canonical(versions));
    add(project_);
    add(project_ / "src");
    for (const fs::path& part : directories_in(project_)) {
      add_distribution(part);
      for (const fs::path& inner : directories_in(part)) add_distribution(inner);
    }
    return std::move(roots_);
  }

 private:
  void add(const fs::path& directory) {
    std::error_code none;
    const fs::path root = fs::canonical(directory, none);
    if (none || !fs::is_directory(root, none) || !is_within(root, project_)) return;
    if (std::ranges::find(roots_, root) == roots_.end()) roots_.push_back(root);
  }
  /// Relative to where Alembic is run, which is the project or where its configuration lies.
  void add_prepended(const fs::path& config) {
    for (const std::string& path : prepended_by(config, layout_.section)) {
      add(project_ / path);
      add(config.parent_path() / path);
    }
  }
  /// What is a package is imported from above it.
  void add_above(fs::path directory) {
    for (; is_within(directory, project_); directory = directory.parent_path()) {
      for (const char* config : {"alembic.ini", "pyproject.toml"}) add_prepended(directory / config);
      if (!is_there(directory / "__init__.py")) add(directory);
      if (directory == project_) return;
    }
  }
  void add_distribution(const fs::path& directory) {
    if (is_distribution(directory)) add(directory);
    add(directory / "src");
  }

  const ProjectLayout& layout_;
  fs::path project_;
  std::vector<fs::path> roots_;
};

}  // namespace

bool is_within(const fs::path& path, const fs::path& directory) {
  return std::ranges::mismatch(directory, path).in1 == directory.end();
}

bool holds_no_code(const fs::path& directory) {
  static constexpr std::array<std::string_view, 4> names = {"__pycache__", "node_modules", "site-packages",
                                                            "dist-packages"};
  const std::string name = directory.filename();
  return name.starts_with('.') || std::ranges::find(names, name) != names.end() || is_there(directory / "pyvenv.cfg");
}

ProjectLayout layout_around(const std::vector<fs::path>& versions) {
  ProjectLayout layout{.versions = versions};
  if (versions.empty()) return layout;
  for (fs::path at = fs::weakly_canonical(versions.front()); at.has_relative_path(); at = at.parent_path()) {
    const bool marks = is_distribution(at) || is_there(at / "alembic.ini");
    if (marks && layout.directory.empty()) layout.directory = at;
    if (!is_there(at / ".git")) continue;
    layout.directory = at;
    break;
  }
  return layout;
}

std::vector<fs::path> import_roots(const ProjectLayout& layout) {
  if (layout.directory.empty()) return {};
  return Roots(layout).found();
}

std::vector<fs::path> package_directories(const fs::path& python) {
  std::vector<fs::path> found;
  const fs::path program = python.is_absolute() ? python : fs::path("/usr/bin/python3");
  std::set<fs::path> prefixes;
  for (const fs::path& at : {program, fs::weakly_canonical(program)}) prefixes.insert(at.parent_path().parent_path());
  for (const fs::path& prefix : prefixes)
    for (const char* lib : {"lib", "lib64", "local/lib"})
      for (const fs::path& version : directories_in(prefix / lib))
        for (const char* packages : {"site-packages", "dist-packages"})
          if (version.filename().string().starts_with("python") && is_there(version / packages))
            found.push_back(version / packages);
  return found;
}

}  // namespace orchestrate
