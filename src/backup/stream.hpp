#pragma once

#include <string>

#include "backup/dump.hpp"
#include "files/durable_file.hpp"

namespace orchestrate::backup {

/// pg_dump's output of that snapshot, read once, into the file, the hash and a decoder. Returns the sha256 of what was
/// written. Throws Error when anything of it went wrong; what still runs is ended then. The arguments outlive the task.
Task<std::string> stream_dump(StageContext& context, const TakeRule& rule, const Preparation& preparation,
                              const std::string& snapshot, files::DurableFile& file);

}  // namespace orchestrate::backup
