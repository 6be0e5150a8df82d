#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "orchestrate/event.hpp"

namespace orchestrate {

/// What one event says, without its time: `backup: passed in 1.4 s, 54 MiB`.
std::string event_text(const Event& event);

/// One line per event: sequence, time, type and what it says.
std::string events_text(const std::vector<Event>& events);

/// A child's output, line by line, so that it cannot command the terminal.
std::string log_text(std::string_view output);

}  // namespace orchestrate
