#pragma once

#include <string>
#include <vector>

#include "orchestrate/policy.hpp"

namespace orchestrate::cli {

/// A job of systemd that the pipeline begins, and that systemd would not begin for this process.
struct MissingRight {
  std::string what;  ///< "stage restart may not restart bot.service over D-Bus: Access denied"
  std::string rule;  ///< of polkit, that would allow it, and where it belongs
};
std::vector<MissingRight> missing_unit_rights(const Policy& policy);

/// Throws Error (`denied`) when the pipeline begins jobs of systemd that it would not begin for this process: better
/// said before anything runs than after the upgrade. `command` is what was typed, such as "apply magikal-bot".
void check_unit_rights(const Policy& policy, const std::string& command);

}  // namespace orchestrate::cli
