#pragma once

#include <filesystem>
#include <optional>
#include <string>

#include "git/repository.hpp"

namespace orchestrate {

/// How to make one.
struct RestorePointRequest {
  std::string ref;  ///< `refs/orchestrate/RUN_ID`: keeps the commit alive whatever becomes of the branch
  std::string message;
  std::string host;               ///< for our own identity
  std::filesystem::path scratch;  ///< an existing directory for temporary files
};

/// A commit whose tree is the work tree: tracked and untracked files, not ignored ones.
struct RestorePoint {
  std::string commit, ref;
  std::optional<std::string> head_before;  ///< nullopt: there was no commit
  std::optional<std::string> branch;       ///< nullopt: detached
};

/// Leaves HEAD, branch, index and files as they are. Throws Error also when files change meanwhile.
Task<RestorePoint> keep_beside(Git git, Repository repository, RestorePointRequest request);

/// The same as a commit on the current branch, or on a detached HEAD; in a clean work tree HEAD is the point.
Task<RestorePoint> keep_on_branch(Git git, Repository repository, RestorePointRequest request);

/// What keep_on_branch left that was cut off: where HEAD has moved to the commit at `ref`, the index follows and that
/// is the point; nullopt where HEAD is still `head_before`. Throws Error (`failed`) where it is neither.
Task<std::optional<RestorePoint>> complete_on_branch(Git git, std::string ref, std::optional<std::string> head_before);

}  // namespace orchestrate
