#include "replacement/replacement.hpp"

#include <chrono>
#include <vector>

#include <fmt/format.h>

#include "orchestrate/error.hpp"

namespace orchestrate::replacement {
namespace {

using namespace std::chrono_literals;

constexpr std::size_t longest_name = 63;  // NAMEDATALEN - 1
constexpr auto sessions_patience = 30s;
constexpr auto look_interval = 50ms;

const std::string name_sql = "SELECT datname FROM pg_database WHERE oid = $1::oid";
const std::string oid_sql = "SELECT oid FROM pg_database WHERE datname = $1";
// Autovacuum's workers are nobody's, and PostgreSQL ends them itself for a RENAME; not every role may do that.
const std::string end_sessions_sql =
    "SELECT count(*), count(*) FILTER (WHERE pg_terminate_backend(pid)), min(usename) FROM pg_stat_activity"
    " WHERE datid IN ($1::oid, $2::oid) AND pid <> pg_backend_pid() AND usesysid IS NOT NULL";
const std::string close_sql = "SELECT format('ALTER DATABASE %I ALLOW_CONNECTIONS false', $1::text)";
const std::string open_sql =
    "SELECT format('ALTER DATABASE %I ALLOW_CONNECTIONS true', datname) FROM pg_database"
    " WHERE datname = $1 AND NOT datallowconn";
const std::string rename_sql = "SELECT format('ALTER DATABASE %I RENAME TO %I', $1::text, $2::text)";
const std::string drop_sql =
    "SELECT format('DROP DATABASE %I', $1::text)"
    " || CASE WHEN current_setting('server_version_num')::int >= 130000 THEN ' WITH (FORCE)' ELSE '' END";

/// A statement that the server words for us, with its own quoting. Nothing when it has none to say.
Task<> execute(Database& admin, std::string wording, std::vector<std::string> parameters, std::stop_token stop) {
  const Rows worded = co_await admin.query(std::move(wording), std::move(parameters), stop);
  if (worded.rows.empty()) co_return;
  const std::string sql = worded.rows.at(0).at(0).value();
  co_await admin.query(sql, stop);
}

Task<std::string> first_cell(Database& admin, std::string sql, std::vector<std::string> parameters,
                             std::stop_token stop) {
  const Rows rows = co_await admin.query(std::move(sql), std::move(parameters), stop);
  if (rows.rows.empty()) co_return std::string();
  co_return rows.rows.at(0).at(0).value_or("");
}

/// The old database is closed, so nobody comes back.
Task<> end_sessions(Database& admin, Clock& clock, std::string old_oid, std::string new_oid, std::stop_token stop) {
  const std::vector<std::string> oids = {std::move(old_oid), std::move(new_oid)};
  for (const auto until = clock.boot() + sessions_patience;;) {
    const Rows rows = co_await admin.query(end_sessions_sql, oids, stop);
    if (rows.rows.at(0).at(0) == "0") co_return;
    if (clock.boot() >= until)
      throw Error(ErrorKind::failed, "end the sessions of the database",
                  fmt::format("{} stay, one of them of {}", rows.rows.at(0).at(0).value(),
                              rows.rows.at(0).at(2).value_or("the server itself")),
                  "end them, then try again");
    co_await clock.sleep(look_interval, stop);
  }
}

/// Cut to what leaves room for the ending, and not within a UTF-8 character.
std::string named(const std::string& database, const std::string& ending) {
  std::size_t length = std::min(database.size(), longest_name - ending.size());
  while (length > 0 && length < database.size() && (static_cast<unsigned char>(database[length]) & 0xC0U) == 0x80U)
    --length;
  return database.substr(0, length) + ending;
}

}  // namespace

Replacement replacement_for(const std::string& database, const std::string& run) {
  return {.name = database, .fresh = named(database, "_new_" + run), .kept = named(database, "_old_" + run)};
}

Json to_json(const Replacement& replacement) {
  return Json::object({{"name", replacement.name},
                       {"fresh", replacement.fresh},
                       {"kept", replacement.kept},
                       {"old_oid", replacement.old_oid},
                       {"new_oid", replacement.new_oid}});
}

Replacement replacement_from_json(const Json& json) {
  return {.name = json.text_or("name"),
          .fresh = json.text_or("fresh"),
          .kept = json.text_or("kept"),
          .old_oid = json.text_or("old_oid"),
          .new_oid = json.text_or("new_oid")};
}

Task<Side> side_of(Database& admin, Replacement replacement, std::stop_token stop) {
  const std::vector<std::string> name = {replacement.name};
  const std::string holder = co_await first_cell(admin, oid_sql, name, stop);
  if (holder.empty()) co_return Side::neither;
  if (holder == replacement.old_oid) co_return Side::before;
  if (holder == replacement.new_oid) co_return Side::after;
  co_return Side::neither;
}

Task<> exchange(Database& admin, Clock& clock, Replacement replacement, std::stop_token stop) {
  const std::vector<std::string> name = {replacement.name};
  co_await execute(admin, close_sql, name, stop);
  co_await end_sessions(admin, clock, replacement.old_oid, replacement.new_oid, stop);
  const std::vector<std::string> away = {replacement.name, replacement.kept},
                                 in = {replacement.fresh, replacement.name};
  // Whoever holds one of the databases, as a COMMENT does, must not keep the application out for long.
  const std::string begin = "BEGIN; SET LOCAL lock_timeout = '20s'", commit = "COMMIT";
  co_await admin.query(begin, stop);
  co_await execute(admin, rename_sql, away, stop);
  co_await execute(admin, rename_sql, in, stop);
  const std::stop_token unstoppable;
  co_await admin.query(commit, unstoppable);
}

Task<std::string> undo(Database& admin, Replacement replacement, std::stop_token stop) {
  const std::vector<std::string> name = {replacement.name}, fresh = {replacement.fresh};
  if (!replacement.old_oid.empty()) co_await execute(admin, open_sql, name, stop);
  try {
    const std::string there = co_await first_cell(admin, oid_sql, fresh, stop);
    if (!there.empty()) co_await execute(admin, drop_sql, fresh, stop);
  } catch (const Error& error) {
    co_return fmt::format("database {} is left over, drop it: {}", replacement.fresh, error.why());
  }
  co_return std::string();
}

Task<bool> drop_kept(Database& admin, Replacement replacement, std::stop_token stop) {
  const std::vector<std::string> oid = {replacement.old_oid};
  const std::string name = co_await first_cell(admin, name_sql, oid, stop);
  if (name != replacement.kept) co_return false;
  const std::vector<std::string> kept = {replacement.kept};
  co_await execute(admin, drop_sql, kept, stop);
  co_return true;
}

}  // namespace orchestrate::replacement
