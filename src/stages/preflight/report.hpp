#pragma once

#include <string>
#include <vector>

#include "stages/preflight/check.hpp"

namespace orchestrate::preflight {

/// What all checks together say.
struct Report {
  std::size_t made = 0;            ///< checks that gave an answer
  std::size_t not_passed = 0;      ///< refused, or not made
  std::vector<std::string> lines;  ///< `CHECK: WHAT; fix: HOW`
  std::vector<std::string> advice;
  std::string first_fix;
};

/// Makes every check; one that could not be made has not passed. Throws Error (`stopped`) only.
Task<Report> make_checks(Inspection& inspection, std::vector<Check> checks);

}  // namespace orchestrate::preflight
