#pragma once

#include <cstdint>
#include <filesystem>
#include <optional>
#include <string>
#include <vector>

#include "orchestrate/obstacle.hpp"

namespace orchestrate {

/// Why a new file must not enter git's objects without a person's word: "looks like a private key"; nullopt: it may.
/// Reads at most the file's first 64 KiB.
std::optional<std::string> unwanted(const std::filesystem::path& file, std::uint64_t max_file);

/// One obstacle per untracked path (relative to `top_level`) that is unwanted, unreadable, or a repository of its own.
std::vector<Obstacle> unwanted_files(const std::filesystem::path& top_level, const std::vector<std::string>& untracked,
                                     std::uint64_t max_file);

/// A path for one line of text: control characters and bytes that are not ASCII as git quotes them.
std::string printable(const std::string& path);

}  // namespace orchestrate
