#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace orchestrate {

/// What `git status` says. Paths are bytes as git knows them, relative to the top level, files in the order of git.
struct Status {
  std::optional<std::string> head;    ///< nullopt: no commit yet
  std::optional<std::string> branch;  ///< nullopt: detached
  std::vector<std::string> changed;   ///< staged or not, also submodules
  std::vector<std::string> untracked;
  std::vector<std::string> unmerged;
  std::vector<std::string> dirty_submodules;  ///< with changes of their own that no commit holds
  bool clean() const { return changed.empty() && untracked.empty() && unmerged.empty(); }
  bool operator==(const Status&) const = default;
};

/// Reads `git status --porcelain=v2 --branch --no-renames -z`. Throws Error (`failed`) on a record it does not know.
Status parse_status(std::string_view porcelain);

}  // namespace orchestrate
