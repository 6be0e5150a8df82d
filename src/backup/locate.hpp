#pragma once

#include <chrono>
#include <filesystem>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include "backup/refusal.hpp"
#include "orchestrate/event.hpp"

namespace orchestrate::backup {

/// The file that `pattern` means at `now`: `{date}` is the local date of this host, or the day before when only that
/// file is there and within `max_age`. A missing file is refused, with the newest of its kind as a hint.
std::variant<std::filesystem::path, Refusal> locate_dump(std::string_view pattern, Time now,
                                                         std::chrono::milliseconds max_age);

/// The files that differ from the pattern only in its date, as they are found.
std::vector<std::filesystem::path> dumps_like(const std::filesystem::path& pattern);

}  // namespace orchestrate::backup
