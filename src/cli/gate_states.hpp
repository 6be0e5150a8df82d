#pragma once

#include <optional>
#include <string>
#include <vector>

#include "cli/arguments.hpp"
#include "render/status.hpp"

namespace orchestrate::cli {

/// What `orchestrate gate` says of each app, in their order: asked at the same time, of processes of their own, since
/// as root each becomes its app's user for good. None where it may not be asked by us, or does not answer in time.
std::vector<std::optional<GateState>> gate_states(const std::vector<std::string>& apps, const Arguments& arguments);

}  // namespace orchestrate::cli
