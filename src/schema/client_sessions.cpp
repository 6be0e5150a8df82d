#include "schema/client_sessions.hpp"

#include <sstream>

namespace orchestrate {
namespace {

// pg_blocking_pids() holds up the lock manager for a moment, so only who waits is asked about. It says 0 for a prepared
// transaction.
constexpr const char* sessions_sql = R"sql(
WITH locks AS MATERIALIZED (SELECT * FROM pg_locks),
waiting AS MATERIALIZED (
  SELECT l.pid, l.waitstart, CASE l.locktype
    WHEN 'relation' THEN coalesce(format('a lock on %s.%s', n.nspname, c.relname), 'a lock')
    WHEN 'tuple' THEN coalesce(format('a row of %s.%s', n.nspname, c.relname), 'a row')
    WHEN 'transactionid' THEN 'the end of a transaction'
    WHEN 'virtualxid' THEN 'the end of a transaction'
    WHEN 'advisory' THEN 'an advisory lock'
    ELSE 'a lock' END AS what
  FROM locks l LEFT JOIN pg_class c ON c.oid = l.relation LEFT JOIN pg_namespace n ON n.oid = c.relnamespace
  WHERE NOT l.granted
)
SELECT a.pid, a.backend_start, a.application_name,
       CASE WHEN a.client_port >= 0 THEN host(a.client_addr) || ':' || a.client_port
            WHEN a.client_port = -1 THEN 'local' END,
       a.query_start,
       CASE WHEN a.state = 'active' THEN (extract(epoch FROM clock_timestamp() - a.query_start) * 1000)::bigint END,
       w.what, w.waitstart, (extract(epoch FROM clock_timestamp() - w.waitstart) * 1000)::bigint,
       CASE WHEN w.pid IS NOT NULL THEN (
         SELECT string_agg(CASE WHEN b.pid = 0 THEN 'a prepared transaction' ELSE format('pid %s (%s)', b.pid,
                  concat_ws(', ', 'user ' || h.usename, h.state,
                            round(extract(epoch FROM clock_timestamp() - h.xact_start)) || ' s')) END, ', ')
         FROM unnest(blocking.pids[1:3]) AS b(pid) LEFT JOIN pg_stat_activity h ON h.pid = b.pid) END,
       EXISTS (SELECT FROM locks l WHERE l.pid = a.pid AND l.granted AND l.relation = to_regclass($1)),
       array_to_string(blocking.pids, ' ')
FROM pg_stat_activity a LEFT JOIN waiting w ON w.pid = a.pid AND a.wait_event_type = 'Lock'
LEFT JOIN LATERAL (SELECT pg_blocking_pids(a.pid) AS pids WHERE w.pid IS NOT NULL) blocking ON true
WHERE a.datname = current_database() AND a.pid <> pg_backend_pid()
  AND coalesce(a.backend_type, 'client backend') = 'client backend'
)sql";

// A number that was a migration's backend may be anybody's now, and its statement may be the next one.
constexpr const char* cancel_sql = R"sql(
SELECT pg_cancel_backend(pid) FROM pg_stat_activity
WHERE pid = $1::int AND backend_start = $2::timestamptz AND query_start = $3::timestamptz AND state = 'active'
)sql";

constexpr const char* cancel_wait_sql = R"sql(
SELECT pg_cancel_backend(a.pid) FROM pg_stat_activity a JOIN pg_locks l ON l.pid = a.pid
WHERE a.pid = $1::int AND a.backend_start = $2::timestamptz AND NOT l.granted AND l.waitstart = $3::timestamptz
)sql";

ClientSession session_of(const std::vector<Cell>& row) {
  const auto text = [&](std::size_t column) { return row.at(column).value_or(""); };
  ClientSession session{
      .pid = text(0), .began = text(1), .application_name = text(2), .client = text(3), .statement_began = text(4)};
  if (row.at(5)) session.running = std::chrono::milliseconds(std::stoll(*row[5]));
  session.waits_for = text(6);
  session.wait_began = text(7);
  if (row.at(8)) session.waited = std::chrono::milliseconds(std::stoll(*row[8]));
  session.held_by = text(9);
  session.holds_version_table = text(10) == "t";
  std::istringstream blocking(text(11));
  for (std::string pid; blocking >> pid;) session.blocked_by.push_back(pid);
  return session;
}

Task<bool> cancelled(Database& database, std::string sql, std::vector<std::string> parameters) {
  const std::stop_token unstoppable;
  const Rows rows = co_await database.query(std::move(sql), std::move(parameters), unstoppable);
  co_return !rows.rows.empty() && rows.rows.front().front() == "t";
}

}  // namespace

Task<std::vector<ClientSession>> client_sessions(Database& database, TableName version_table, std::stop_token stop) {
  const std::string sql = sessions_sql;
  const std::vector<std::string> parameters = {version_table.quoted()};
  const Rows rows = co_await database.query(sql, parameters, stop);
  std::vector<ClientSession> sessions;
  sessions.reserve(rows.rows.size());
  for (const auto& row : rows.rows) sessions.push_back(session_of(row));
  co_return sessions;
}

Task<bool> cancel_statement(Database& database, ClientSession session) {
  const std::vector<std::string> parameters = {session.pid, session.began, session.statement_began};
  return cancelled(database, cancel_sql, parameters);
}

Task<bool> cancel_wait(Database& database, ClientSession session) {
  const std::vector<std::string> parameters = {session.pid, session.began, session.wait_began};
  return cancelled(database, cancel_wait_sql, parameters);
}

}  // namespace orchestrate
