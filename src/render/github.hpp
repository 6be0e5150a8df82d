#pragma once

#include <string>
#include <vector>

#include "orchestrate/finding.hpp"

namespace orchestrate {

/// Workflow commands that GitHub shows at the lines of a pull request: `::error file=...,line=...,title=...::message`.
std::string github_annotations(const std::vector<Finding>& findings);

}  // namespace orchestrate
