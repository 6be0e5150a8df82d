#pragma once

#include <chrono>
#include <string>
#include <vector>

#include "orchestrate/policy.hpp"
#include "stages/project_command.hpp"

namespace orchestrate {

/// How long a migration's statements may wait for a lock, and run. Zero: no limit.
struct MigrationLimits {
  std::chrono::milliseconds lock{};
  std::chrono::milliseconds statement{};
};

/// Puts the limits where the project's driver will obey them: into PGOPTIONS, or, since an `options=` in the URL makes
/// libpq ignore PGOPTIONS without a word, into that. Does nothing where `why_not_enforced` says so.
void impose(const MigrationLimits& limits, const Application& application, Variables& environment);

/// Why limits cannot reach the project's driver; empty when they can.
std::string why_not_enforced(const Application& application);

}  // namespace orchestrate
