#include "backup/snapshot.hpp"

#include <numeric>

#include <fmt/format.h>
#include <fmt/ranges.h>

#include "orchestrate/sqlstate.hpp"

namespace orchestrate::backup {
namespace {

using namespace std::chrono_literals;

/// Longer than any statement of ours takes by itself; the stage has a deadline of its own.
constexpr auto statement_limit = 2h;
/// Whose indexes may be locked at the same time.
constexpr std::size_t tables_between = 10;
/// Of taking the moment: in between a table may be made or dropped.
constexpr int most_attempts = 5;

const std::string tables_sql =
    "SELECT format('%I.%I', n.nspname, c.relname) FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace "
    "WHERE c.relkind = 'r' AND n.nspname !~ '^pg_' AND n.nspname <> 'information_schema' "
    "AND NOT EXISTS (SELECT 1 FROM pg_depend d WHERE d.classid = 'pg_class'::regclass AND d.objid = c.oid "
    "AND d.deptype = 'e') ORDER BY 1";

/// What the text of a value depends on. An empty search path writes the whole name of what a regclass means.
constexpr const char* text_form_sql =
    "SET search_path = ''; SET DateStyle = 'ISO, YMD'; SET IntervalStyle = 'postgres'; SET TimeZone = 'UTC'; "
    "SET extra_float_digits = 3; SET bytea_output = 'hex'; SET lc_monetary = 'C'";

}  // namespace

Task<> settle_text_form(Database& session, std::stop_token stop) {
  co_await session.query(text_form_sql, stop);
}

Task<std::vector<std::string>> counted_tables(Database& session, std::stop_token stop) {
  const Rows rows = co_await session.query(tables_sql, stop);
  std::vector<std::string> names;
  names.reserve(rows.rows.size());
  for (const auto& row : rows.rows) names.push_back(row.at(0).value());
  co_return names;
}

std::uint64_t rows_in(const RowCounts& counts) {
  return std::accumulate(counts.begin(), counts.end(), std::uint64_t{0},
                         [](std::uint64_t sum, const auto& table) { return sum + table.second; });
}

Task<> give_back_locks(Database& session, Transaction transaction, std::size_t number, std::stop_token stop) {
  if (transaction == Transaction::none || number % tables_between != 0) co_return;
  const std::string sql = number == 0 ? "SAVEPOINT looked" : "ROLLBACK TO SAVEPOINT looked";
  co_await session.query(sql, stop);
}

Task<RowCounts> count_rows(Database& session, std::stop_token stop, Transaction transaction) {
  RowCounts counts;
  const std::vector<std::string> names = co_await counted_tables(session, stop);
  for (const std::string& name : names) {
    co_await give_back_locks(session, transaction, counts.size(), stop);
    const std::string sql = "SELECT count(*) FROM ONLY " + name;
    const Rows rows = co_await session.query(sql, stop);
    counts.emplace(name, std::stoull(rows.rows.at(0).at(0).value()));
  }
  co_return counts;
}

Task<std::unique_ptr<Snapshot>> Snapshot::take(Databases& databases, DatabaseUrl url,
                                               std::chrono::milliseconds lock_wait, std::stop_token stop) {
  const SessionOptions options{.statement_timeout = statement_limit};
  auto connected = co_await databases.connect(std::move(url), options, stop);
  std::unique_ptr<Snapshot> snapshot(new Snapshot(std::move(connected)));
  Database& session = *snapshot->session_;
  // As pg_dump does: better an error than rows that a policy hides.
  const std::string settings = fmt::format(
      "SET row_security = off; SET lock_timeout = {}; SET idle_in_transaction_session_timeout = 0", lock_wait.count());
  co_await session.query(settings, stop);
  co_await settle_text_form(session, stop);
  for (int attempt = 0; attempt < most_attempts; ++attempt) {
    const std::vector<std::string> before = co_await counted_tables(session, stop);
    const std::string begin = "BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY";
    co_await session.query(begin, stop);
    const std::string lock = fmt::format("LOCK TABLE ONLY {} IN ACCESS SHARE MODE", fmt::join(before, ", ONLY "));
    bool is_locked = true;
    try {
      if (!before.empty()) co_await session.query(lock, stop);
    } catch (const Error& error) {
      // undefined_table, invalid_schema_name: one of them was dropped. Anything else is for people.
      if (sqlstate_of(error) != "42P01" && sqlstate_of(error) != "3F000") throw;
      is_locked = false;
    }
    if (is_locked) {
      const std::string export_sql = "SELECT pg_export_snapshot()";
      const Rows exported = co_await session.query(export_sql, stop);
      snapshot->id_ = exported.rows.at(0).at(0).value();
      const std::vector<std::string> seen = co_await counted_tables(session, stop);
      if (seen == before) co_return snapshot;
    }
    const std::string rollback = "ROLLBACK";
    co_await session.query(rollback, stop);
  }
  throw Error(ErrorKind::failed, "take a snapshot of the database", "tables are made or dropped all the time",
              "wait for what does that, then try again");
}

}  // namespace orchestrate::backup
