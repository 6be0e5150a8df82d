#pragma once

#include <filesystem>
#include <vector>

namespace orchestrate::files {

/// The paths of everything directly in `directory`, sorted. Throws Error.
std::vector<std::filesystem::path> listing(const std::filesystem::path& directory);

}  // namespace orchestrate::files
