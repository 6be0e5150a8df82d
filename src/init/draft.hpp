#pragma once

#include <filesystem>
#include <optional>
#include <string>
#include <string_view>

namespace orchestrate::init {

/// A file that init would have on the host. Its first line says that it is init's and holds a digest of the rest, so
/// that whatever a person changed in it is never written over.
struct Draft {
  std::filesystem::path path;
  std::string text;
};

/// `comment` begins a comment in that kind of file.
Draft draft(std::filesystem::path path, std::string_view comment, const std::string& body);

/// What is where a draft would go.
enum class Standing {
  absent,
  same,
  outdated,  ///< init's own, and nobody changed it since
  edited,    ///< init's own, changed since
  foreign,   ///< somebody else's
};
Standing standing_of(const Draft& draft, const std::optional<std::string>& there);
std::string_view to_string(Standing standing);

/// Puts it there whole and on disk, mode 0644; over `outdated` only. Throws Error.
void write(const Draft& draft, Standing standing);

}  // namespace orchestrate::init
