#pragma once

#include <vector>

#include "orchestrate/finding.hpp"
#include "review/review.hpp"
#include "review/rule.hpp"

namespace orchestrate {

/// What the rules say of every revision, in their order, each thing once.
std::vector<Finding> findings_of(const ReviewRequest& request, const ReviewState& state);

}  // namespace orchestrate
