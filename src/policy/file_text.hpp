#pragma once

#include <sys/types.h>
#include <cstddef>
#include <filesystem>
#include <string>
#include <string_view>

namespace orchestrate {

/// A file's text together with who may change it, from one open descriptor.
struct FileText {
  std::string text;
  uid_t owner = 0;
  gid_t group = 0;
  mode_t mode = 0;
};

/// Throws Error (`policy`) when `file` is no regular file, larger than `limit` bytes or cannot be read.
FileText read_file_text(std::string_view doing, const std::filesystem::path& file, std::size_t limit);

}  // namespace orchestrate
