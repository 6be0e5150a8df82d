#pragma once

#include <string>
#include <vector>

#include "orchestrate/finding.hpp"

namespace orchestrate {

/// A comment for a pull request: `summary`, then each finding with its line, its effect and its remedy as code.
std::string review_markdown(const std::string& summary, const std::vector<Finding>& findings,
                            const std::vector<std::string>& locks);

}  // namespace orchestrate
