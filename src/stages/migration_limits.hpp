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
  /// How often the server looks whether the client still lives while a statement runs; zero: it does not.
  std::chrono::milliseconds client_check{};

  bool any() const { return lock.count() > 0 || statement.count() > 0; }
};

/// Puts the limits, and what makes the server notice a dead client, where the project's driver will obey them: into
/// PGOPTIONS, or, since an `options=` in the URL makes libpq ignore PGOPTIONS without a word, into that. Does nothing
/// where the driver would not obey.
void impose(const MigrationLimits& limits, const Application& application, Variables& environment);

/// Whether limits reach the project's driver, as far as the policy tells. Where they do not, MigrationWatch sees to
/// them.
bool driver_obeys(const Application& application);

}  // namespace orchestrate
