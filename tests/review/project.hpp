#pragma once

#include <filesystem>
#include <random>
#include <string>
#include <string_view>
#include <vector>

namespace orchestrate {

/// A directory of version files that goes away with the test.
class Project {
 public:
  Project();
  ~Project();
  Project(const Project&) = delete;
  Project& operator=(const Project&) = delete;

  const std::filesystem::path& path() const { return directory_; }
  std::filesystem::path versions() const { return directory_ / "versions"; }
  /// Writes a file among the versions and returns its path.
  std::filesystem::path write(const std::string& name, std::string_view source) const;
  /// Writes a file of the project, with the directories above it, and returns its path.
  std::filesystem::path module(const std::string& name, std::string_view source) const;
  /// A revision as `alembic revision` writes it; `down` is Python text.
  void revision(const std::string& id, const std::string& down, const std::string& more = {}) const;

 private:
  std::filesystem::path directory_;
};

/// Writes `size` revisions with branches, merges and dependencies; their ids in the order in which they were made,
/// named so that file names are in another one, for Alembic breaks ties by file name.
std::vector<std::string> random_history(const Project& project, std::mt19937& random, int size);

/// Standard output of Debian's python3 running tests/review/SCRIPT.
std::string python(const std::string& script, const std::vector<std::string>& arguments);

}  // namespace orchestrate
