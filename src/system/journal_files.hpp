#pragma once

#include <sys/types.h>

#include <filesystem>
#include <map>

namespace orchestrate::system {

/// The files that hold system units' lines, and which file of that name it is now.
using JournalFiles = std::map<std::filesystem::path, ino_t>;

JournalFiles system_journal_files();
/// Whether we may open one of them now.
bool any_readable(const JournalFiles& files);

}  // namespace orchestrate::system
