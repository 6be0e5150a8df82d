#pragma once

#include <vector>

#include "orchestrate/plan.hpp"
#include "orchestrate/policy.hpp"
#include "policy/section.hpp"

namespace orchestrate {

/// What of `command`, `downgrade` and `python` does not fit the tool.
void check_migration_tool(const Section& section, const Migrations& migrations, std::vector<Problem>& problems);

}  // namespace orchestrate
