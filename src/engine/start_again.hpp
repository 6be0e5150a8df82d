#pragma once

#include <functional>
#include <string>
#include <string_view>
#include <vector>

#include "orchestrate/ports.hpp"
#include "orchestrate/run.hpp"

namespace orchestrate {

/// Starts the services that the run's `stop` stage stopped. Returns the names of those that did not start; `tell` hears
/// why.
Task<std::vector<std::string>> start_again(const Run& run, ServiceManager& services,
                                           std::function<void(std::string_view)> tell);

}  // namespace orchestrate
