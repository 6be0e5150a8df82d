#include "rehearsal/surroundings.hpp"

#include <set>
#include <span>
#include <sstream>

#include <fmt/format.h>
#include <fmt/ranges.h>

#include "backup/connection.hpp"
#include "backup/tools.hpp"
#include "backup/wording.hpp"
#include "orchestrate/error.hpp"
#include "rehearsal/enclosure.hpp"
#include "schema/database_properties.hpp"

namespace orchestrate::rehearsal {
namespace {

namespace fs = std::filesystem;
using namespace std::chrono_literals;

constexpr auto roles_limit = 1min;
constexpr std::size_t most_roles_sql = std::size_t{4} << 20;

/// Without what makes our own superuser into what production's of that name is.
std::string without_superuser(const std::string& sql) {
  std::istringstream lines(sql);
  std::string kept;
  for (std::string line; std::getline(lines, line);) {
    const bool is_ours = line.starts_with("CREATE ROLE postgres;") || line.starts_with("ALTER ROLE postgres ");
    if (!is_ours) kept += line + "\n";
  }
  return kept;
}

}  // namespace

SessionOptions writing() {
  SessionOptions options;
  options.read_only = false;
  options.statement_timeout = std::chrono::hours(1);
  return options;
}

Task<std::unique_ptr<Database>> session_on_production(const StageContext& context) {
  const SessionOptions reading;
  co_return co_await context.ports.databases.connect(context.application.for_sessions(), reading, context.stop);
}

Task<> make_roles(StageContext& context, const scratch::Cluster& cluster, int major) {
  const Application& application = context.application;
  const backup::ToolSearch search{.bin = application.policy.postgres_bin};
  const backup::Tool pg_dumpall = co_await backup::find_pg_dumpall(context.ports.commands, search, major, context.stop);
  const DatabaseUrl& production = application.for_sessions();
  Command command = backup::libpq_command(pg_dumpall.path, production);
  for (const std::string& word :
       {"--database=" + production.database, std::string("--roles-only"), std::string("--no-role-passwords")})
    command.argv.push_back(word);
  command.timeout = roles_limit;
  command.capture = most_roles_sql;
  const Exit exit = co_await context.ports.commands.run(std::move(command), context.stop);
  if (!exit.ok())
    throw Error(exit.cause == Exit::Cause::stopped ? ErrorKind::stopped : ErrorKind::failed, "read production's roles",
                "pg_dumpall: " + (exit.err.empty() ? exit.text() : backup::complaint(exit.err)));
  const fs::path psql = scratch::server_programs(application.policy.postgres_bin, major) / "psql";
  Command making = backup::libpq_command(psql, cluster.url(maintenance_database));
  making.argv.insert(making.argv.end(), {"--no-psqlrc", "--quiet", "--output=/dev/null"});
  const Argv inside = entering(cluster.process(), "/");  // psql runs what a line that begins with a backslash says
  making.argv.insert(making.argv.begin(), inside.begin(), inside.end());
  making.timeout = roles_limit;
  making.log = context.output;
  making.piped = true;
  const auto process = context.ports.commands.start(std::move(making), context.stop);
  const std::string roles = without_superuser(exit.out);
  co_await process->write(std::as_bytes(std::span(roles)));
  process->close_input();
  const Exit made = co_await process->wait();
  if (!made.ok())  // that a role's setting is not known here is told in the output, and is no matter
    throw Error(made.cause == Exit::Cause::stopped ? ErrorKind::stopped : ErrorKind::failed,
                "make production's roles on the copy", "psql: " + (made.err.empty() ? made.text() : made.err));
}

Task<> make_database(StageContext& context, const scratch::Cluster& cluster) {
  const DatabaseUrl& production = context.application.for_sessions();
  const auto live = co_await session_on_production(context);
  const std::string name = context.application.database.database;
  const auto statements = co_await schema::statements_like(*live, production.database, name,
                                                           schema::Tablespace::servers_default, context.stop);
  const SessionOptions options = writing();
  const auto ours = co_await context.ports.databases.connect(cluster.url(maintenance_database), options, context.stop);
  const std::string drop = "DROP DATABASE IF EXISTS " + quote_identifier(name);  // `postgres`, which is there
  co_await ours->query(drop, context.stop);
  for (const std::string& statement : statements) co_await ours->query(statement, context.stop);
}

Task<> expect_extensions(StageContext& context, Database& copy) {
  const auto live = co_await session_on_production(context);
  const std::string used = "SELECT extname FROM pg_extension ORDER BY 1";
  const Rows wanted = co_await live->query(used, context.stop);
  const std::string available = "SELECT name FROM pg_available_extensions";
  const Rows there = co_await copy.query(available, context.stop);
  std::set<std::string> names;
  for (const auto& row : there.rows) names.insert(row.at(0).value());
  std::vector<std::string> missing;
  for (const auto& row : wanted.rows)
    if (!names.contains(row.at(0).value())) missing.push_back(row.at(0).value());
  if (missing.empty()) co_return;
  throw Error(
      ErrorKind::failed, "rehearse " + context.application.policy.app,
      fmt::format("this host's PostgreSQL lacks extensions that the database has: {}", fmt::join(missing, ", ")),
      "install their packages here, or leave the rehearsal out of the pipeline");
}

Task<> make_preconditions(StageContext& context, Database& copy) {
  const std::string sql =
      "SELECT format('CREATE SCHEMA IF NOT EXISTS %I AUTHORIZATION %I', nspname, pg_get_userbyid(nspowner))"
      " FROM pg_namespace WHERE nspname <> 'public' AND nspname !~ '^pg_' AND (nspname = $1 OR oid IN"
      "   (SELECT extnamespace FROM pg_extension WHERE pg_get_userbyid(extowner) <> current_user))"
      " UNION ALL "
      "SELECT format('CREATE EXTENSION IF NOT EXISTS %I SCHEMA %I', e.extname, n.nspname) FROM pg_extension e"
      " JOIN pg_namespace n ON n.oid = e.extnamespace"
      " WHERE e.extname <> 'plpgsql' AND pg_get_userbyid(e.extowner) <> current_user";
  const auto live = co_await session_on_production(context);
  const std::vector<std::string> schema = {context.application.policy.migrations.version_table.schema};
  const Rows statements = co_await live->query(sql, schema, context.stop);
  for (const auto& row : statements.rows) {
    const std::string statement = row.at(0).value();
    try {
      co_await copy.query(statement, context.stop);
    } catch (const Error& error) {
      const bool asks = error.why().find("shared_preload_libraries") != std::string::npos;
      throw Error(error.kind(), error.doing(), error.why(), asks ? scratch::preload_hint : error.hint());
    }
  }
}

}  // namespace orchestrate::rehearsal
