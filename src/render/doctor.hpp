#pragma once

#include <string>
#include <vector>

#include "orchestrate/check_result.hpp"
#include "orchestrate/json.hpp"
#include "render/style.hpp"

namespace orchestrate {

/// A line for each check, what is in the way with its fix, and a summary.
std::string doctor_text(const std::string& app, const std::vector<CheckResult>& results, Style style);

Json doctor_json(const std::string& app, const std::vector<CheckResult>& results);

}  // namespace orchestrate
