#pragma once

#include <cstdint>
#include <filesystem>
#include <string>
#include <variant>
#include <vector>

#include "git/git.hpp"
#include "git/status.hpp"
#include "orchestrate/obstacle.hpp"

namespace orchestrate {

/// A work tree and its repository at one moment; also of a linked work tree or a submodule.
struct Repository {
  std::filesystem::path top_level, git_dir;  ///< git_dir is this work tree's own
  Status status;
  std::vector<Obstacle> under_way;  ///< a merge, a rebase, ..., begun and not ended
  std::vector<Obstacle> hidden;     ///< files that the index tells git not to compare, though they are there
};

/// Looks and changes nothing, not even the index's cache. Where there is no usable repository: why, and the fix.
Task<std::variant<Repository, Obstacle>> look_at(Git git);

/// Why a restore point cannot be made here; untracked files above `max_file` bytes are in the way.
std::vector<Obstacle> obstacles(const Repository& repository, std::uint64_t max_file);

}  // namespace orchestrate
