#pragma once

#include <string>

#include "orchestrate/policy.hpp"

namespace orchestrate::cli {

/// Throws Error (`denied`) when the pipeline begins jobs of systemd that it would not begin for this process: better
/// said before anything runs than after the upgrade. `command` is what was typed, such as "apply magikal-bot".
void check_unit_rights(const Policy& policy, const std::string& command);

}  // namespace orchestrate::cli
