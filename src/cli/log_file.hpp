#pragma once

#include <filesystem>
#include <functional>
#include <string>
#include <string_view>

namespace orchestrate::cli {

/// Pieces of whole lines, so that no size of output fills the memory; a line longer than a piece is broken.
void for_each_piece(const std::filesystem::path& file, const std::function<void(std::string_view)>& take);

/// Whether a text is a file's whole content.
enum class Extent { whole, truncated };

/// The end of a file, from any byte.
struct FileEnd {
  std::string text;
  Extent extent = Extent::whole;
};
/// At most the last MiB.
FileEnd end_of(const std::filesystem::path& file);

}  // namespace orchestrate::cli
