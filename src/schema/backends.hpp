#pragma once

#include <chrono>
#include <string>

#include "orchestrate/names.hpp"
#include "orchestrate/ports.hpp"

namespace orchestrate {

/// What a run's migration calls itself in pg_stat_activity.
std::string migration_application_name(const std::string& run_id);

/// Cancels what backends of that name are doing, as far as we may: the server goes on with a statement whose client
/// is gone.
Task<> cancel_backends(Database& database, std::string application_name);

/// Returns when no other backend is left that is of that name or holds a lock on the version table: a transactional
/// migration holds one to its end, whatever its driver calls itself. Throws Error (`busy`) when one still works after
/// `patience`.
Task<> wait_for_backends(Database& database, Clock& clock, std::string application_name, TableName version_table,
                         std::chrono::milliseconds patience);

}  // namespace orchestrate
