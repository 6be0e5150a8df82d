#include "backup/row_hashes.hpp"

#include <fmt/format.h>

namespace orchestrate::backup {
namespace {

/// By name, because a restore may change the order of inherited columns.
constexpr const char* columns_sql =
    "SELECT format('%I.%I', n.nspname, c.relname), string_agg(quote_ident(a.attname), ', ' ORDER BY a.attname) "
    "FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace JOIN pg_attribute a ON a.attrelid = c.oid "
    "WHERE c.relkind = 'r' AND a.attnum > 0 AND NOT a.attisdropped GROUP BY c.oid, 1";

/// Of a large object at once; the server holds one such piece in memory.
constexpr std::int64_t piece_size = std::int64_t{16} << 20;

std::string cell(const Rows& rows, std::size_t column) {
  return rows.rows.at(0).at(column).value();
}

/// A sum does not mind the order of the rows, and two equal rows do not cancel each other.
std::string hashed(std::string_view text) {
  return fmt::format("coalesce(sum(hashtextextended(({}) COLLATE \"C\", 0)), 0)::text", text);
}

}  // namespace

Task<HashedRows> hash_rows(Database& session, std::stop_token stop, Transaction transaction) {
  const Rows described = co_await session.query(columns_sql, stop);
  std::map<std::string, std::string> columns;
  for (const auto& row : described.rows) columns.emplace(row.at(0).value(), row.at(1).value());
  HashedRows all;
  const std::vector<std::string> names = co_await counted_tables(session, stop);
  for (const std::string& name : names) {
    co_await give_back_locks(session, transaction, all.counts.size(), stop);
    const std::string row = fmt::format("ROW({})::text", columns[name]);
    const std::string sql = fmt::format("SELECT count(*), {} FROM ONLY {}", hashed(row), name);
    const Rows rows = co_await session.query(sql, stop);
    all.counts.emplace(name, std::stoull(cell(rows, 0)));
    all.hashes.emplace(name, cell(rows, 1));
  }
  co_return all;
}

Task<std::string> hash_large_objects(Database& session, std::stop_token stop) {
  std::string count, sums, among;
  for (std::int64_t offset = 0; count.empty() || !among.empty(); offset += piece_size) {
    // OFFSET 0 keeps each piece from being read once for each of its uses.
    const std::string sql = fmt::format(
        "SELECT count(*), {}, coalesce(string_agg(oid::text, ', ') FILTER (WHERE length(piece) = {}), '') FROM "
        "(SELECT oid, lo_get(oid, {}, {}) AS piece FROM pg_largeobject_metadata {} OFFSET 0) pieces",
        hashed("oid || ' ' || encode(sha256(piece), 'hex')"), piece_size, offset, piece_size,
        among.empty() ? "" : "WHERE oid IN (" + among + ")");
    const Rows rows = co_await session.query(sql, stop);
    if (count.empty()) count = cell(rows, 0);
    sums += (sums.empty() ? "" : " ") + cell(rows, 1);
    among = cell(rows, 2);
  }
  co_return fmt::format("{}, hash {}", count, sums);
}

}  // namespace orchestrate::backup
