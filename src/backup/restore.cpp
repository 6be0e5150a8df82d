#include "backup/restore.hpp"

#include <algorithm>
#include <thread>

#include <fmt/format.h>

#include "backup/connection.hpp"
#include "backup/wording.hpp"
#include "files/block_reader.hpp"
#include "orchestrate/error.hpp"
#include "scratch/cluster.hpp"

namespace orchestrate::backup {
namespace {

constexpr const char* database = "restored";
/// More of them only wait for each other's disk.
constexpr unsigned most_jobs = 4;

/// Roles are no part of a dump, and owners, grants and policies name them.
const std::string roles_sql =
    "SELECT quote_ident(rolname) FROM pg_roles WHERE rolname !~ '^pg_' AND rolname <> 'postgres' ORDER BY 1";
const std::string encoding_sql =
    "SELECT quote_literal(pg_encoding_to_char(encoding)) FROM pg_database "
    "WHERE datname = current_database()";

std::vector<std::string> first_column(const Rows& rows) {
  std::vector<std::string> texts;
  texts.reserve(rows.rows.size());
  for (const auto& row : rows.rows) texts.push_back(row.at(0).value_or(""));
  return texts;
}

/// What the server must have before the dump comes: a database of production's encoding, and its roles.
Task<> prepare(StageContext& context, const scratch::Cluster& cluster) {
  const SessionOptions reading;
  const auto live = co_await context.ports.databases.connect(context.application.for_sessions(), reading, context.stop);
  const Rows encoding = co_await live->query(encoding_sql, context.stop);
  const Rows roles = co_await live->query(roles_sql, context.stop);
  const SessionOptions writing{.read_only = false};
  const auto ours = co_await context.ports.databases.connect(cluster.url("postgres"), writing, context.stop);
  for (const std::string& role : first_column(roles)) {
    const std::string sql = "CREATE ROLE " + role;
    co_await ours->query(sql, context.stop);
  }
  const std::string create =
      fmt::format("CREATE DATABASE {} TEMPLATE template0 ENCODING {}", database, encoding.rows.at(0).at(0).value());
  co_await ours->query(create, context.stop);
}

bool is_sql(Format format) {
  return format == Format::sql || format == Format::gzip || format == Format::zstd;
}

Command restoring(StageContext& context, const Trial& trial, const scratch::Cluster& cluster) {
  Command command = libpq_command(trial.pg_restore.path, cluster.url(database));
  command.argv.insert(command.argv.end(), {"--exit-on-error", "--no-tablespaces"});
  const unsigned jobs = std::clamp(std::thread::hardware_concurrency() / 2, 1U, most_jobs);
  if (trial.format != Format::tar && jobs > 1) command.argv.push_back(fmt::format("--jobs={}", jobs));
  command.argv.push_back(trial.dump.string());
  command.timeout = trial.limit;
  command.log = context.output;
  return command;
}

Command reading_sql(StageContext& context, const Trial& trial, const scratch::Cluster& cluster) {
  Command command = libpq_command(
      scratch::server_programs(context.application.policy.postgres_bin, trial.major) / "psql", cluster.url(database));
  command.argv.insert(command.argv.end(), {"--no-psqlrc", "--quiet", "--set=ON_ERROR_STOP=1", "--output=/dev/null"});
  command.timeout = trial.limit;
  command.log = context.output;
  command.piped = true;
  return command;
}

/// psql reads what the decompressor writes, through us.
Task<Exit> feed_sql(StageContext& context, const Trial& trial, Command psql) {
  const auto reader = context.ports.commands.start(std::move(psql), context.stop);
  if (trial.format == Format::sql) {
    files::BlockReader blocks(trial.dump);
    for (Bytes block = blocks.next(); !block.empty(); block = blocks.next())
      if (!co_await reader->write(block)) break;
  } else {
    Command decompress;
    decompress.argv = {find_program(trial.format == Format::gzip ? "gzip" : "zstd").string(), "-dc", "--",
                       trial.dump.string()};
    decompress.environment = tool_environment();
    decompress.timeout = trial.limit;
    decompress.piped = true;
    const auto source = context.ports.commands.start(std::move(decompress), context.stop);
    source->close_input();
    std::vector<std::byte> buffer(files::block_size);
    while (const std::size_t size = co_await source->read(buffer))
      if (!co_await reader->write(std::span(buffer).first(size))) break;
  }
  reader->close_input();
  co_return co_await reader->wait();
}

Task<std::variant<Restored, Refusal>> restore_into(StageContext& context, const Trial& trial,
                                                   const scratch::Cluster& cluster) {
  co_await prepare(context, cluster);
  context.progress("restoring " + trial.dump.filename().string());
  Exit exit;
  if (is_sql(trial.format))
    exit = co_await feed_sql(context, trial, reading_sql(context, trial, cluster));
  else
    exit = co_await context.ports.commands.run(restoring(context, trial, cluster), context.stop);
  if (exit.cause == Exit::Cause::stopped) throw Error(ErrorKind::stopped, "restore the dump", exit.text());
  if (!exit.ok()) {
    const std::string said = complaint(exit.err);
    co_return Refusal{"it cannot be restored: " + (said.empty() ? exit.text() : said),
                      "take a new dump; see the stage's output for all of it"};
  }
  context.progress("counting rows");
  const SessionOptions options{.statement_timeout = trial.limit};
  const auto session = co_await context.ports.databases.connect(cluster.url(database), options, context.stop);
  Restored restored;
  restored.rows = co_await count_rows(*session, context.stop);
  const TableName& table = context.application.policy.migrations.version_table;
  const std::string there = "SELECT to_regclass($1) IS NOT NULL";
  const std::vector<std::string> name{table.quoted()};
  const Rows exists = co_await session->query(there, name, context.stop);
  if (exists.rows.at(0).at(0) == "t") {
    const std::string versions = "SELECT version_num FROM " + table.quoted() + " ORDER BY 1";
    const Rows rows = co_await session->query(versions, context.stop);
    restored.revisions = first_column(rows);
  }
  co_return restored;
}

}  // namespace

Task<std::variant<Restored, Refusal>> restore_on_trial(StageContext& context, Trial trial) {
  const auto began = context.ports.clock.boot();
  scratch::sweep(trial.parent);
  context.progress("making a throw-away server");
  scratch::Place place{.programs = scratch::server_programs(context.application.policy.postgres_bin, trial.major),
                       .parent = trial.parent,
                       .log = context.output};
  const auto cluster = co_await scratch::Cluster::make(context.ports, std::move(place), context.stop);
  std::variant<Restored, Refusal> result;
  std::exception_ptr problem;
  try {
    result = co_await restore_into(context, trial, *cluster);
  } catch (...) {
    problem = std::current_exception();
  }
  co_await cluster->end();
  if (problem) std::rethrow_exception(problem);
  if (auto* restored = std::get_if<Restored>(&result)) restored->took = context.ports.clock.boot() - began;
  co_return result;
}

std::vector<std::string> differences(const RowCounts& expected, const RowCounts& found) {
  std::vector<std::string> different;
  for (const auto& [table, rows] : expected) {
    const auto there = found.find(table);
    if (there == found.end())
      different.push_back(fmt::format("{} is missing, it had {} rows", table, rows));
    else if (there->second != rows)
      different.push_back(fmt::format("{} has {} rows instead of {}", table, there->second, rows));
  }
  for (const auto& [table, rows] : found)
    if (!expected.contains(table))
      different.push_back(fmt::format("{} is there and was not, with {} rows", table, rows));
  return different;
}

}  // namespace orchestrate::backup
