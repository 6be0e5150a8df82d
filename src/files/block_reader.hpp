#pragma once

#include <cstddef>
#include <filesystem>
#include <span>
#include <vector>

#include "files/descriptor.hpp"

namespace orchestrate::files {

/// 256 KiB: large enough that system calls do not count, small enough to stay in the processor's cache.
inline constexpr std::size_t block_size = std::size_t{256} * 1024;

/// A file from its beginning to its end, in large blocks.
class BlockReader {
 public:
  explicit BlockReader(std::filesystem::path file);
  /// Valid until the next call; empty at the end. Throws Error.
  std::span<const std::byte> next();

 private:
  std::filesystem::path path_;
  Descriptor file_;
  std::vector<std::byte> buffer_;
};

}  // namespace orchestrate::files
