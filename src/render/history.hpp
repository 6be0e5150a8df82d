#pragma once

#include <string>
#include <vector>

#include "orchestrate/run.hpp"
#include "render/style.hpp"

namespace orchestrate {

/// A table of runs in the order given: id, verb, result, duration, versions and who asked.
std::string history_text(const std::vector<Run>& runs, Style style);

}  // namespace orchestrate
