#pragma once

#include <filesystem>
#include <string>
#include <string_view>
#include <vector>

namespace orchestrate {

/// Where the modules of a project may lie that its migrations import.
struct ProjectLayout {
  std::filesystem::path directory;  ///< of the project: nothing outside of it is read; empty: nothing at all
  std::vector<std::filesystem::path> versions;
  std::vector<std::filesystem::path> configs;  ///< of Alembic, besides those that lie above the versions
  std::string section = "alembic";             ///< of an alembic.ini
};

/// Of a project that nobody has described: the repository that holds `versions`, by its .git, else the nearest
/// directory with an alembic.ini, pyproject.toml or setup.py.
ProjectLayout layout_around(const std::vector<std::filesystem::path>& versions);

/// The directories from which Python may import: the project and what `prepend_sys_path` adds, src/ of it and of the
/// distributions in it, and those above the version files that are no package. Canonical, all within the project.
std::vector<std::filesystem::path> import_roots(const ProjectLayout& layout);

/// The directories of installed packages that an interpreter may know, with those of the one that a virtual environment
/// was made from.
std::vector<std::filesystem::path> package_directories(const std::filesystem::path& python);

/// Virtual environments, installed packages, caches and version control hold none of the project's own code.
bool holds_no_code(const std::filesystem::path& directory);

bool is_within(const std::filesystem::path& path, const std::filesystem::path& directory);

}  // namespace orchestrate
