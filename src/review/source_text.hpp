#pragma once

#include <filesystem>
#include <string>
#include <string_view>

namespace orchestrate {

/// All bytes of a file. Throws Error (`failed`) when it cannot be read.
std::string text_of_file(const std::filesystem::path& file);

/// Line `line`, counted from 1, without its end; empty when there is none.
std::string line_of(std::string_view text, int line);

}  // namespace orchestrate
