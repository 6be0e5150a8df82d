#include "schema/backends.hpp"

#include <fmt/format.h>

#include "orchestrate/error.hpp"

namespace orchestrate {

using namespace std::chrono_literals;

namespace {

constexpr const char* others_sql =
    "SELECT a.application_name, a.pid, a.client_addr FROM pg_stat_activity a "
    "WHERE a.datname = current_database() AND a.pid <> pg_backend_pid() "
    "AND (a.application_name LIKE 'orchestrate upgrade %' OR a.backend_xid IS NOT NULL AND EXISTS "
    "(SELECT FROM pg_locks l JOIN pg_class c ON c.oid = l.relation JOIN pg_namespace n ON n.oid = c.relnamespace "
    "WHERE l.pid = a.pid AND l.database = a.datid AND n.nspname = $1 AND c.relname = $2))";

}  // namespace

std::string migration_application_name(const std::string& run_id) {
  return "orchestrate upgrade " + run_id;
}

std::string session_text(const std::vector<Cell>& row) {
  const std::string name = row.at(0).value_or("");
  return fmt::format("{} (backend {}, from {})", name.empty() ? "a session without a name" : name,
                     row.at(1).value_or("unknown"), row.at(2).value_or("local"));
}

Task<> cancel_backends(Database& database, std::string application_name) {
  const std::string sql =
      "SELECT pg_cancel_backend(pid) FROM pg_stat_activity "
      "WHERE application_name = $1 AND datname = current_database() AND pg_has_role(usesysid, 'USAGE')";
  const std::vector<std::string> parameters = {application_name};
  const std::stop_token unstoppable;
  co_await database.query(sql, parameters, unstoppable);
}

Task<> wait_for_backends(Database& database, Clock& clock, std::string application_name, TableName version_table,
                         std::chrono::milliseconds patience) {
  const std::string sql =
      "SELECT pid FROM pg_stat_activity WHERE application_name = $1 AND datname = current_database() "
      "UNION SELECT l.pid FROM pg_locks l JOIN pg_class c ON c.oid = l.relation "
      "JOIN pg_namespace n ON n.oid = c.relnamespace "
      "WHERE l.database = (SELECT oid FROM pg_database WHERE datname = current_database()) "
      "AND n.nspname = $2 AND c.relname = $3 AND l.pid <> pg_backend_pid()";
  const std::vector<std::string> parameters = {application_name, version_table.schema, version_table.name};
  const std::stop_token unstoppable;
  const auto until = clock.boot() + patience;
  for (;;) {
    const Rows rows = co_await database.query(sql, parameters, unstoppable);
    if (rows.rows.empty()) co_return;
    const std::string pid = rows.rows.front().front().value_or("");
    if (clock.boot() >= until)
      throw Error(ErrorKind::busy, "wait for the migration's sessions to end", "backend " + pid + " still works",
                  "wait for it, or SELECT pg_cancel_backend(" + pid + ")");
    co_await clock.sleep(100ms, unstoppable);
  }
}

Task<std::optional<std::string>> others_at_work(Database& database, Clock& clock, TableName version_table,
                                                std::chrono::milliseconds patience, std::stop_token stop) {
  const std::string sql = others_sql;
  const std::vector<std::string> parameters = {version_table.schema, version_table.name};
  const auto until = clock.boot() + patience;
  for (;;) {
    const Rows rows = co_await database.query(sql, parameters, stop);
    if (rows.rows.empty()) co_return std::nullopt;
    if (clock.boot() >= until) co_return session_text(rows.rows.front());
    co_await clock.sleep(100ms, stop);
  }
}

}  // namespace orchestrate
