#pragma once

#include <cstddef>
#include <filesystem>
#include <string>

namespace orchestrate::files {

/// The whole file. Throws Error when it cannot be read or is larger than `limit` bytes.
std::string read_text(const std::filesystem::path& file, std::size_t limit);

/// The first, or the last, `limit` bytes at most. Throws Error when it cannot be read.
std::string read_head(const std::filesystem::path& file, std::size_t limit);
std::string read_tail(const std::filesystem::path& file, std::size_t limit);

}  // namespace orchestrate::files
