#pragma once

#include <array>
#include <optional>
#include <string>
#include <string_view>

#include "orchestrate/event.hpp"
#include "orchestrate/policy.hpp"

namespace orchestrate {

/// From Monday, as a policy writes them.
inline constexpr std::array<std::string_view, 7> weekdays = {"Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun"};

/// A stretch of time in which an upgrade may begin: from, and before to.
struct Opening {
  Time from, to;
  bool operator==(const Opening&) const = default;
};

/// The opening that `now` lies in, else the next one.
Opening opening_at(const Window& window, Time now);

/// "Mon-Fri 02:00 to 05:00 Europe/Berlin".
std::string text_of(const Window& window);

/// "open until ..." or "closed; it opens ...", on the zone's own clock.
std::string state_text(const Window& window, Time now);

/// Why no upgrade may begin now: the window and when it opens next. Absent: one may.
std::optional<std::string> closed(const std::optional<Window>& window, Time now);

}  // namespace orchestrate
