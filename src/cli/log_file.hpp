#pragma once

#include <filesystem>
#include <functional>
#include <string>
#include <string_view>

namespace orchestrate::cli {

/// Pieces of whole lines, so that no size of output fills the memory; a line longer than a piece is broken.
void for_each_piece(const std::filesystem::path& file, const std::function<void(std::string_view)>& take);

/// At most the last MiB, from any byte on.
std::string end_of(const std::filesystem::path& file);

}  // namespace orchestrate::cli
