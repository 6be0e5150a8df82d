#pragma once

#include <filesystem>
#include <string>
#include <vector>

namespace orchestrate::backup {

/// Somebody else, who later removes the dump, or writes the next one into the same file.
enum class Owner { removes, rewrites };

/// Keeps somebody else's dump as `directory`/RUN.NAME, whatever its owner does: as a link to its bytes, or as a copy
/// where none can be made or they may be written over. Kept before by that run: stays. Throws Error.
std::filesystem::path keep_dump(const std::filesystem::path& dump, Owner owner, const std::filesystem::path& directory,
                                const std::string& run);

/// Takes away what runs other than these kept.
void release_kept(const std::filesystem::path& directory, const std::vector<std::string>& runs);

}  // namespace orchestrate::backup
