#pragma once

#include <chrono>
#include <cstdint>
#include <string>
#include <string_view>

#include "orchestrate/size_text.hpp"

namespace orchestrate::backup {

std::string duration_text(std::chrono::milliseconds duration);  ///< `6 h`
/// The line of a tool's stderr that says what went wrong: its first error, else its last line.
std::string complaint(std::string_view stderr_text);
/// What to do about what pg_dump or the server said when no dump could be taken.
std::string dump_hint(std::string_view said);

}  // namespace orchestrate::backup
