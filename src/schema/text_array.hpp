#pragma once

#include <string>
#include <vector>

namespace orchestrate {

/// PostgreSQL's text form of a text[], for a parameter: `{"cfg","two \"words\""}`.
std::string text_array(const std::vector<std::string>& texts);

}  // namespace orchestrate
