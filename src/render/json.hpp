#pragma once

#include <vector>

#include "orchestrate/json.hpp"
#include "orchestrate/run.hpp"
#include "render/status.hpp"

namespace orchestrate {

/// Raised when a member changes its meaning or goes away; new members do not raise it.
inline constexpr int json_schema_version = 1;

/// The same values as the screens, for programs. Each has `schema_version` at the top.
Json run_json(const Run& run);
Json history_json(const std::vector<Run>& runs);
Json status_json(const AppStatus& status);
Json events_json(const std::vector<Event>& events);
Json findings_json(const std::vector<Finding>& findings);

}  // namespace orchestrate
