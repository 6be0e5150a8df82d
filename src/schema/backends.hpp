#pragma once

#include <chrono>
#include <optional>
#include <string>
#include <vector>

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

/// Who else works on the migrations when `patience` is over: an upgrade of ours, whose run may be dead, or a session
/// that holds a lock on the version table and has written. Readers and dumps hold such a lock too, but write nothing.
/// nullopt as soon as there is nobody.
Task<std::optional<std::string>> others_at_work(Database& database, Clock& clock, TableName version_table,
                                                std::chrono::milliseconds patience, std::stop_token stop);

/// "psql (backend 812, from 10.0.0.2)", of the columns `application_name, pid, client_addr`.
std::string session_text(const std::vector<Cell>& row);

}  // namespace orchestrate
