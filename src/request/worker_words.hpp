#pragma once

#include <filesystem>
#include <string>
#include <string_view>

namespace orchestrate {

/// What a worker says about itself, one line, in the app's directory of state: what systemd is told of a unit
/// (STATUS=) it tells everybody. Nothing rests on it, so where it cannot be written nothing happens.
void write_words(const std::filesystem::path& state, const std::string& run, std::string_view words);

/// The newest words about that run; empty where there are none. The file is the app's: of any size, and perhaps no
/// file.
std::string read_words(const std::filesystem::path& state, const std::string& run);

}  // namespace orchestrate
