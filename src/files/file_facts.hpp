#pragma once

#include <chrono>
#include <cstdint>
#include <filesystem>
#include <optional>
#include <vector>

namespace orchestrate::files {

/// What tells one state of a file from another. Two equal values: nobody wrote, replaced or touched it in between.
struct FileFacts {
  enum class Kind { regular, directory, other };
  Kind kind = Kind::other;
  std::uint64_t device = 0, inode = 0, size = 0;
  std::chrono::system_clock::time_point modified, changed;  ///< mtime, ctime
  bool operator==(const FileFacts&) const = default;
};

/// Follows symbolic links; nullopt when nothing is there. Throws Error when it cannot be asked.
std::optional<FileFacts> file_facts(const std::filesystem::path& file);

/// Of a directory and everything directly in it, by name; of a file, itself alone.
std::vector<FileFacts> tree_facts(const std::filesystem::path& path);
/// Bytes in a file, or in the files of a directory; `tree` is what tree_facts said.
std::uint64_t size_of(const std::vector<FileFacts>& tree);

}  // namespace orchestrate::files
