#pragma once

#include <cstdint>
#include <stop_token>
#include <string>
#include <string_view>
#include <vector>

#include "orchestrate/names.hpp"
#include "orchestrate/ports.hpp"

namespace orchestrate::rehearsal {

/// Settings with which a server of that major version writes what the recorder reads, as `name=value`.
std::vector<std::string> recording_settings(int major);

/// Event triggers that write each command's locks, objects, victims and rewrites into the server's log, and a trigger
/// on the version table that writes when a revision is done: as soon as there is that table. `superuser` is a session
/// in the database that is rehearsed on.
Task<> install_recorder(Database& superuser, TableName version_table, std::stop_token stop);

/// Has the server log each statement of sessions that begin from now on: what restored the database is of no interest.
Task<> log_sessions(Database& superuser, std::stop_token stop);

/// The schema in which all of it lives; what of a schema's objects holds this name is no object of the project.
inline constexpr std::string_view recorder_schema = "orchestrate_rehearsal";

/// One line of the server's log, as its CSV format has it.
struct LogLine {
  std::int64_t at = 0;  ///< milliseconds since 1970
  std::string session, severity, sqlstate, message, query;
  std::string transaction;  ///< virtual transaction id
};

/// Marks a place in the log: what runs between two of them is one phase. `beside` is a superuser's session in another
/// database of the server.
Task<> mark(Database& beside, std::string phase, std::stop_token stop);

/// Until no session but ours is left in that database: what they counted is whole then, and their locks are gone. After
/// some seconds it returns false, for a migration may have left a program behind.
Task<bool> sessions_ended(Database& beside, Clock& clock, std::string database, std::stop_token stop);

/// The lines of the project's sessions between that mark and the next one, in the order of the log. The server that
/// wrote the log reads it, for it knows its CSV best.
Task<std::vector<LogLine>> lines_since(Database& beside, Clock& clock, std::string phase, std::stop_token stop);

}  // namespace orchestrate::rehearsal
