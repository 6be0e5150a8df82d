#pragma once

#include <filesystem>

namespace orchestrate::backup {

/// Takes a dump of ours and its manifest away, for good and on disk. Throws Error.
void remove_dump(const std::filesystem::path& dump);

}  // namespace orchestrate::backup
