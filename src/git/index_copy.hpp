#pragma once

#include <filesystem>

namespace orchestrate {

/// A copy of an index in a directory of its own, removed at the end, on which git may work instead of the real one.
class IndexCopy {
 public:
  /// `index` may be absent: a repository without a first `git add`. Throws Error (`failed`).
  IndexCopy(const std::filesystem::path& index, const std::filesystem::path& scratch);
  ~IndexCopy();
  IndexCopy(const IndexCopy&) = delete;
  IndexCopy& operator=(const IndexCopy&) = delete;

  const std::filesystem::path& path() const { return path_; }

  /// Makes git read every file's content at its next look: what the cache says about a file that is not older than the
  /// index is not believed (git's Documentation/technical/racy-git.txt), and from now on no file is older.
  void distrust_cache() const;

 private:
  std::filesystem::path directory_, path_;
};

}  // namespace orchestrate
