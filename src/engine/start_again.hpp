#pragma once

#include <functional>
#include <string>
#include <string_view>
#include <vector>

#include "orchestrate/ports.hpp"
#include "orchestrate/run.hpp"

namespace orchestrate {

/// Whether services that the run stopped may run as they did before: the upgrade had not begun, or provably left
/// nothing, and no command of an operator's changed what nobody knows.
bool may_start_again(const Run& run);

/// Starts the services that the run's `stop` stage stopped. Returns the names of those that did not start; `tell` hears
/// why.
Task<std::vector<std::string>> start_again(const Run& run, ServiceManager& services,
                                           std::function<void(std::string_view)> tell);

}  // namespace orchestrate
