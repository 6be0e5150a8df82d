#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "orchestrate/finding.hpp"
#include "render/style.hpp"

namespace orchestrate {

/// A review that belongs to no run: the stage's line, what is locked, and every finding. Approvals are named for an app
/// called APP.
std::string review_text(std::string_view summary, const std::vector<Finding>& findings,
                        const std::vector<std::string>& locks, Style style);

}  // namespace orchestrate
