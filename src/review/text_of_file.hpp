#pragma once

#include <filesystem>
#include <string>

namespace orchestrate {

/// All bytes of a file. Throws Error (`failed`) when it cannot be read.
std::string text_of_file(const std::filesystem::path& file);

}  // namespace orchestrate
