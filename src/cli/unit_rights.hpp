#pragma once

#include "orchestrate/policy.hpp"

namespace orchestrate::cli {

/// Throws Error (`denied`) when the pipeline begins jobs of systemd that it would not begin for this process: better
/// said before anything runs than after the upgrade.
void check_unit_rights(const Policy& policy);

}  // namespace orchestrate::cli
