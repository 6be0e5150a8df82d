#pragma once

#include <optional>
#include <vector>

#include "orchestrate/plan.hpp"
#include "orchestrate/policy.hpp"
#include "policy/section.hpp"

namespace orchestrate {

/// The policy's `window`, whose keys are there; absent when it has a problem.
std::optional<Window> read_window(const Section& section, std::vector<Problem>& problems);

}  // namespace orchestrate
