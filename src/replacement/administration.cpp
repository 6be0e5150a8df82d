#include "replacement/administration.hpp"

#include <fmt/format.h>

namespace orchestrate::replacement {
namespace {

using namespace std::chrono_literals;

constexpr auto statement_limit = 5min;  // CREATE DATABASE waits for a checkpoint

// RENAME takes what an owner inherits, and since 16 `OWNER owner` the right to SET ROLE.
const std::string rights_sql =
    "SELECT quote_ident(current_user), pg_get_userbyid(d.datdba), r.rolsuper OR r.rolcreatedb,"
    " r.rolsuper OR CASE WHEN current_setting('server_version_num')::int >= 160000"
    "   THEN pg_has_role(d.datdba, 'USAGE') AND pg_has_role(d.datdba, 'SET') ELSE pg_has_role(d.datdba, 'USAGE') END"
    " FROM pg_roles r, pg_database d WHERE r.rolname = current_user AND d.datname = $1";

/// Of sessions in that database, those whose roles ours may not end: pg_terminate_backend raises an error then. A
/// session without a role is the server's own.
const std::string untouchable_sql =
    "SELECT DISTINCT s.usename FROM pg_stat_activity s JOIN pg_roles r ON r.oid = s.usesysid,"
    " (SELECT rolsuper FROM pg_roles WHERE rolname = current_user) ours"
    " WHERE s.datname = $1 AND s.pid <> pg_backend_pid() AND NOT ours.rolsuper AND (r.rolsuper OR NOT"
    " (pg_has_role(r.oid, 'USAGE') OR pg_has_role('pg_signal_backend', 'USAGE'))) ORDER BY 1";

/// Every cluster has it, unless somebody dropped it; template1 cannot be used while others copy it.
std::string elsewhere(const Application& application, const DatabaseUrl& url) {
  const std::string& ours = application.for_sessions().database;
  if (!url.database.empty() && url.database != ours) return url.database;
  return ours == "postgres" ? "template1" : "postgres";
}

}  // namespace

DatabaseUrl as_administrator(const Application& application, std::string database) {
  DatabaseUrl url = application.admin.value_or(application.for_sessions());
  url.database = std::move(database);
  return url;
}

Task<std::unique_ptr<Database>> administer(const Application& application, Databases& databases, std::stop_token stop) {
  const DatabaseUrl& role = application.admin ? *application.admin : application.for_sessions();
  DatabaseUrl url = as_administrator(application, elsewhere(application, role));
  const SessionOptions options{.statement_timeout = statement_limit, .read_only = false};
  co_return co_await databases.connect(std::move(url), options, stop);
}

Task<std::vector<Obstacle>> obstacles_to_replace(const Application& application, Databases& databases,
                                                 DatabaseIdentity database, std::stop_token stop) {
  const std::string named = "a role that may as migrations.admin_url in " + application.policy.file.string();
  std::vector<Obstacle> obstacles;
  const auto admin = co_await administer(application, databases, stop);
  const std::vector<std::string> name = {database.name};
  const Rows rows = co_await admin->query(rights_sql, name, stop);
  const SessionOptions reading;
  std::string other = rows.rows.empty() ? "no database " + database.name : "";
  if (other.empty()) {
    const DatabaseUrl url = as_administrator(application, database.name);
    const auto within = co_await databases.connect(url, reading, stop);
    const DatabaseIdentity seen = co_await read_identity(*within, stop);

    if (seen.oid != database.oid || seen.system_identifier != database.system_identifier)
      other = "another " + database.name;
  }
  if (!other.empty()) {
    obstacles.push_back({fmt::format("admin_url leads to a server with {}, not to that of database_url", other),
                         "correct migrations.admin_url, or its variable"});
    co_return obstacles;
  }
  const auto& row = rows.rows.at(0);
  const std::string role = row.at(0).value();
  if (row.at(2) != "t")
    obstacles.push_back({fmt::format("role {} may not create databases", role),
                         fmt::format("ALTER ROLE {} CREATEDB, or name {}", role, named)});
  if (row.at(3) != "t")
    obstacles.push_back(
        {fmt::format("role {} may not rename {}, which belongs to {}", role, database.name, row.at(1).value()),
         "name " + named});
  const Rows untouchable = co_await admin->query(untouchable_sql, name, stop);
  for (const auto& session : untouchable.rows)
    obstacles.push_back(
        {fmt::format("role {} may not end the sessions of {} in {}", role, session.at(0).value(), database.name),
         fmt::format("GRANT pg_signal_backend TO {}, end them yourself, or name {}", role, named)});
  co_return obstacles;
}

}  // namespace orchestrate::replacement
