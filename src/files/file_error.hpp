#pragma once

#include <filesystem>
#include <string>

#include "orchestrate/error.hpp"

namespace orchestrate::files {

/// The Error for errno `number` on `file`, with the fix where there is a usual one.
Error file_error(const std::string& doing, const std::filesystem::path& file, int number);

}  // namespace orchestrate::files
