#pragma once

#include <filesystem>
#include <string>
#include <string_view>

namespace orchestrate::cli {

/// From now on this process is the worker that does the run, and orchestrated is told what it says.
void begin_words(std::filesystem::path state_directory, std::string run);

/// Says about itself what a person should know. Nothing in a process that is no worker.
void say(std::string_view text);

}  // namespace orchestrate::cli
