#pragma once

#include <filesystem>
#include <string>

#include "orchestrate/outcome.hpp"
#include "orchestrate/ports.hpp"

namespace orchestrate {

/// A child that did not end well, as an outcome: how it ended, the last line that it said, the end of what it wrote,
/// and where the whole of it is.
Outcome failed_command(std::string_view what, const Exit& exit, const std::filesystem::path& log);

}  // namespace orchestrate
