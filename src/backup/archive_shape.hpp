#pragma once

#include <filesystem>
#include <optional>

#include "backup/refusal.hpp"

namespace orchestrate::backup {

/// Where a tar dump was cut off. pg_restore 15 reads the last member to the file's end, however early that comes, and
/// exits with 0.
std::optional<Refusal> cut_in_tar(const std::filesystem::path& file);

/// Which data file of a directory dump was cut off or emptied, where pg_restore 15 would exit with 0: an empty .gz, a
/// shortened uncompressed file.
std::optional<Refusal> cut_in_directory(const std::filesystem::path& directory);

}  // namespace orchestrate::backup
