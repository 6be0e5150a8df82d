#include "backup/server.hpp"

#include <algorithm>

#include "schema/state.hpp"

namespace orchestrate::backup {
namespace {

constexpr const char* who_sql =
    "select current_database(), d.oid, current_setting('server_version_num')::int / 10000,"
    " current_setting('server_version'), pg_database_size(d.oid),"
    " has_function_privilege('pg_control_system()', 'execute')"
    "   and has_function_privilege('pg_control_checkpoint()', 'execute'),"
    // As InitializeMaxBackends and NLOCKENTS count them; pg_dump also locks some 200 catalogs and their indexes.
    " current_setting('max_connections')::bigint + current_setting('max_prepared_transactions')::bigint"
    "   + current_setting('autovacuum_max_workers')::bigint + 1 + current_setting('max_worker_processes')::bigint"
    "   + current_setting('max_wal_senders')::bigint,"
    " current_setting('max_locks_per_transaction'),"
    " (select count(*) + 200 from pg_class c join pg_namespace n on n.oid = c.relnamespace"
    "   where c.relkind in ('r', 'p', 'S') and n.nspname !~ '^pg_' and n.nspname <> 'information_schema')"
    " from pg_database d where d.datname = current_database()";
constexpr const char* cluster_sql =
    "select s.system_identifier, c.timeline_id from pg_control_system() s, pg_control_checkpoint() c";

std::vector<std::string> first_column(const Rows& rows) {
  std::vector<std::string> texts;
  for (const auto& row : rows.rows) texts.push_back(row.at(0).value_or(""));
  return texts;
}

}  // namespace

Task<Server> ask_server(const Application& application, Databases& databases, std::stop_token stop) {
  const Migrations& migrations = application.policy.migrations;
  const SessionOptions options;
  const auto session = co_await databases.connect(application.for_sessions(), options, stop);

  const std::vector<std::string> none;
  const Rows answer = co_await session->query(who_sql, none, stop);
  const auto& who = answer.rows.at(0);
  Server server{.database = who[0].value(),
                .database_oid = who[1].value(),
                .major = std::stoi(who[2].value()),
                .version = who[3].value(),
                .database_size = std::stoull(who[4].value()),
                .locks_wanted = std::stoull(who[8].value()),
                .sessions = std::stoull(who[6].value())};
  server.locks = server.sessions * std::stoull(who[7].value());

  if (who[5] == "t") {
    const Rows cluster = co_await session->query(cluster_sql, none, stop);
    server.system_identifier = cluster.rows.at(0)[0].value();
    server.timeline = cluster.rows.at(0)[1].value();
  }
  const Rows namespaces = co_await session->query("select nspname from pg_namespace", none, stop);
  const auto existing = first_column(namespaces);
  std::ranges::copy_if(migrations.schemas, std::back_inserter(server.schemas), [&](const std::string& schema) {
    return std::ranges::find(existing, schema) != existing.end();
  });
  const auto revisions = co_await version_rows(*session, migrations.version_table, stop);
  server.has_version_table = revisions.has_value();
  server.revisions = revisions.value_or(std::vector<std::string>());
  co_return server;
}

}  // namespace orchestrate::backup
