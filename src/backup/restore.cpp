#include "backup/restore.hpp"

#include <algorithm>
#include <sstream>
#include <thread>

#include <fmt/format.h>

#include "backup/connection.hpp"
#include "backup/holdings.hpp"
#include "backup/sequences.hpp"
#include "backup/wording.hpp"
#include "files/block_reader.hpp"
#include "orchestrate/error.hpp"
#include "schema/state.hpp"
#include "scratch/cluster.hpp"

namespace orchestrate::backup {
namespace {

constexpr const char* database = "restored";
/// A single job would write all rows into WAL too: only with several does pg_restore fill each table in the transaction
/// that empties it, unless it restores by sections. (--single-transaction holds a lock for each large object.)
constexpr unsigned least_jobs = 2;
/// More of them only wait for each other's disk.
constexpr unsigned most_jobs = 4;

/// Roles are no part of a dump, and owners, grants and policies name them.
const std::string roles_sql =
    "SELECT quote_ident(rolname) FROM pg_roles WHERE rolname !~ '^pg_' AND rolname <> 'postgres' ORDER BY 1";
const std::string encoding_sql =
    "SELECT quote_literal(pg_encoding_to_char(encoding)) FROM pg_database "
    "WHERE datname = current_database()";

/// Nobody else counts what the restore wrote into the catalog, and of 10 000 tables pg_dump then asks for minutes.
const std::string analyze_sql =
    "ANALYZE pg_attrdef, pg_attribute, pg_class, pg_constraint, pg_depend, pg_description, pg_index, pg_init_privs, "
    "pg_inherits, pg_namespace, pg_policy, pg_proc, pg_sequence, pg_trigger, pg_type";

/// What the server must have before the dump comes: a database of production's encoding, and its roles.
Task<> prepare(StageContext& context, const scratch::Cluster& cluster) {
  const SessionOptions reading;
  const auto live = co_await context.ports.databases.connect(context.application.for_sessions(), reading, context.stop);
  const Rows encoding = co_await live->query(encoding_sql, context.stop);
  const Rows roles = co_await live->query(roles_sql, context.stop);
  const SessionOptions writing{.read_only = false};
  const auto ours = co_await context.ports.databases.connect(cluster.url("postgres"), writing, context.stop);
  for (const auto& role : roles.rows) {
    const std::string sql = "CREATE ROLE " + role.at(0).value();
    co_await ours->query(sql, context.stop);
  }
  const std::string create =
      fmt::format("CREATE DATABASE {} TEMPLATE template0 ENCODING {}", database, encoding.rows.at(0).at(0).value());
  co_await ours->query(create, context.stop);
}

/// In the server's own words: what it quotes of the command may say anything.
bool asks_for_a_library(const std::string& said) {
  std::istringstream lines(said);
  for (std::string line; std::getline(lines, line) && line.find("Command was:") == std::string::npos;)
    if ((line.find("ERROR:") != std::string::npos || line.find("HINT:") != std::string::npos) &&
        line.find("shared_preload_libraries") != std::string::npos)
      return true;
  return false;
}

bool is_sql(Format format) {
  return format == Format::sql || format == Format::gzip || format == Format::zstd;
}

Command restoring(StageContext& context, const Trial& trial, const DatabaseUrl& into) {
  Command command = libpq_command(trial.pg_restore.path, into);
  command.argv.emplace_back("--exit-on-error");
  if (trial.tablespaces == Tablespaces::left_out) command.argv.emplace_back("--no-tablespaces");
  const unsigned jobs = std::clamp(std::thread::hardware_concurrency() / 2, least_jobs, most_jobs);
  if (trial.format != Format::tar) command.argv.push_back(fmt::format("--jobs={}", jobs));
  if (!trial.section.empty()) command.argv.push_back("--section=" + trial.section);
  command.argv.push_back(trial.dump.string());
  command.timeout = trial.limit;
  command.log = context.output;
  return command;
}

Command reading_sql(StageContext& context, const Trial& trial, const DatabaseUrl& into) {
  Command command =
      libpq_command(scratch::server_programs(context.application.policy.postgres_bin, trial.major) / "psql", into);
  command.argv.insert(command.argv.end(), {"--no-psqlrc", "--quiet", "--set=ON_ERROR_STOP=1", "--output=/dev/null"});
  command.timeout = trial.limit;
  command.log = context.output;
  command.piped = true;
  return command;
}

Command decompressing(const Trial& trial) {
  Command command;
  command.argv = {find_program(trial.format == Format::gzip ? "gzip" : "zstd").string(), "-dc", "--",
                  trial.dump.string()};
  command.environment = tool_environment();
  command.timeout = trial.limit;
  command.piped = true;
  return command;
}

/// psql takes what the decompressor writes, through us. A stream that breaks off between two rows looks whole to psql:
/// the end of both counts, the decompressor's first.
Task<Exit> feed_compressed(StageContext& context, const Trial& trial, Process& psql) {
  const auto source = context.ports.commands.start(decompressing(trial), context.stop);
  source->close_input();
  std::vector<std::byte> buffer(files::block_size);
  while (const std::size_t size = co_await source->read(buffer))
    if (!co_await psql.write(std::span(buffer).first(size))) co_return co_await psql.wait();
  psql.close_input();
  const Exit decompressed = co_await source->wait();
  const Exit restored = co_await psql.wait();
  co_return decompressed.ok() ? restored : decompressed;
}

Task<Exit> feed_sql(StageContext& context, const Trial& trial, Command command) {
  const auto psql = context.ports.commands.start(std::move(command), context.stop);
  if (trial.format != Format::sql) co_return co_await feed_compressed(context, trial, *psql);
  files::BlockReader blocks(trial.dump);
  for (Bytes block = blocks.next(); !block.empty(); block = blocks.next())
    if (!co_await psql->write(block)) break;
  psql->close_input();
  co_return co_await psql->wait();
}

Task<std::variant<Restored, Refusal>> restore_into(StageContext& context, const Trial& trial,
                                                   const scratch::Cluster& cluster) {
  co_await prepare(context, cluster);
  const auto refusal = co_await load_dump(context, trial, cluster.url(database));
  if (refusal) co_return *refusal;
  co_return co_await take_stock(context, trial, cluster.url(database));
}

}  // namespace

Task<std::optional<Refusal>> load_dump(StageContext& context, Trial trial, DatabaseUrl into) {
  context.progress("restoring " + trial.dump.filename().string());
  Exit exit;
  if (is_sql(trial.format))
    exit = co_await feed_sql(context, trial, reading_sql(context, trial, into));
  else
    exit = co_await context.ports.commands.run(restoring(context, trial, into), context.stop);
  if (exit.cause == Exit::Cause::stopped) throw Error(ErrorKind::stopped, "restore the dump", exit.text());
  if (exit.ok()) co_return std::nullopt;
  const std::string said = complaint(exit.err);
  if (said.find("No space left on device") != std::string::npos)  // says nothing about the dump
    throw Error(ErrorKind::failed, "restore " + trial.dump.filename().string(), said, "make room, then try again");
  if (said.find("server closed the connection") != std::string::npos ||
      said.find("crash of another server process") != std::string::npos)  // neither does that
    throw Error(ErrorKind::failed, "restore " + trial.dump.filename().string(),
                "the throw-away server lost one of its processes: " + said,
                "see in the kernel's log whether memory ran out: journalctl -k");
  if (asks_for_a_library(exit.err))  // nor does that
    throw Error(ErrorKind::failed, "restore " + trial.dump.filename().string(), said, scratch::preload_hint);
  co_return Refusal{"it cannot be restored: " + (said.empty() ? exit.text() : said),
                    "take a new dump; see the stage's output for all of it"};
}

Task<Restored> take_stock(StageContext& context, Trial trial, DatabaseUrl url) {
  context.progress("counting rows");
  const SessionOptions options{.statement_timeout = trial.limit};
  const auto session = co_await context.ports.databases.connect(url, options, context.stop);
  co_await settle_text_form(*session, context.stop);
  Holdings holdings = co_await read_holdings(context, trial.level, *session, Transaction::none);
  if (holdings.content) {
    co_await session->query(analyze_sql, context.stop);
    Site site{.url = url, .pg_dump = trial.pg_dump, .limit = trial.limit};
    holdings.content->definitions = co_await read_definitions(context, std::move(site));
    const auto all = co_await sequences(*session, context.stop);
    const Positions now = co_await positions(*session, all, context.stop);
    holdings.content->sequences = ranges(all, now, now);
  }
  auto revisions = co_await version_rows(*session, context.application.policy.migrations.version_table, context.stop);
  co_return Restored{.rows = std::move(holdings.rows),
                     .content = std::move(holdings.content),
                     .revisions = std::move(revisions).value_or(std::vector<std::string>())};
}

std::uint64_t copy_size(std::uint64_t database_size) {
  return database_size + database_size / 5;
}

std::uint64_t database_size_within(std::uint64_t copy_size) {
  return copy_size - copy_size / 6;
}

void expect_room_for_server(StageContext& context, const Server& server) {
  if (context.state.empty()) return;
  const std::uint64_t needed = copy_size(server.database_size) + server_itself;
  const std::uint64_t available = context.ports.host.space(context.state).available;
  if (available >= needed) return;
  throw Error(ErrorKind::failed, "restore a copy of " + server.database,
              fmt::format("{} has {} free, the copy may need {}", context.state.string(), size_text(available),
                          size_text(needed)),
              fmt::format("free {}, or lower `verify`", size_text(needed - available)));
}

Task<std::shared_ptr<scratch::Cluster>> make_server(StageContext& context, int major) {
  scratch::sweep(context.state);
  scratch::Place place{.programs = scratch::server_programs(context.application.policy.postgres_bin, major),
                       .parent = context.state,
                       .log = context.output,
                       .preload = context.application.policy.postgres_preload};
  co_return co_await scratch::Cluster::make(context.ports, std::move(place), context.stop);
}

Task<std::variant<Restored, Refusal>> restore_on_trial(StageContext& context, Trial trial) {
  const auto began = context.ports.clock.boot();
  if (!trial.server) {
    context.progress("making a throw-away server");
    trial.server = co_await make_server(context, trial.major);
  }
  std::variant<Restored, Refusal> result;
  std::exception_ptr problem;
  try {
    result = co_await restore_into(context, trial, *trial.server);
  } catch (...) {
    problem = std::current_exception();
  }
  co_await trial.server->end();
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
