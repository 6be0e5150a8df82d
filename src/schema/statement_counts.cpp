#include "schema/statement_counts.hpp"

#include <fmt/format.h>

namespace orchestrate {
namespace {

// Its settings are there only where the server has loaded it.
const std::string where_sql = R"sql(
SELECT quote_ident(n.nspname)
FROM pg_extension e JOIN pg_namespace n ON n.oid = e.extnamespace
  JOIN pg_class c ON c.relnamespace = n.oid AND c.relname = 'pg_stat_statements'
WHERE e.extname = 'pg_stat_statements'
  AND current_setting('pg_stat_statements.track', true) IN ('top', 'all')
  AND current_setting('pg_stat_statements.track_utility', true) = 'on'
  AND has_schema_privilege(n.oid, 'USAGE') AND has_table_privilege(c.oid, 'SELECT'))sql";

// As JSON, since columns have other names in other versions: total_time before 1.8, no toplevel before 1.9.
constexpr const char* counts_sql = R"sql(
SELECT concat(s->>'userid', ' ', s->>'queryid'), s->>'query', s->>'calls',
  round(coalesce(s->>'total_exec_time', s->>'total_time')::numeric * 1000)
FROM (SELECT to_jsonb(counted) AS s FROM {}.pg_stat_statements AS counted) AS all_of_them
WHERE s->>'dbid' = (SELECT oid::text FROM pg_database WHERE datname = current_database())
  AND coalesce((s->>'toplevel')::boolean, true) AND s->>'queryid' IS NOT NULL
  AND s->>'query' IS NOT NULL AND s->>'query' <> '<insufficient privilege>')sql";

}  // namespace

Task<std::optional<StatementCounts>> statement_counts(Database& database, std::stop_token stop) {
  const Rows where = co_await database.query(where_sql, stop);
  if (where.rows.empty()) co_return std::nullopt;
  const std::string sql = fmt::format(counts_sql, where.rows.at(0).at(0).value());
  const Rows rows = co_await database.query(sql, stop);
  StatementCounts counts;
  for (const auto& row : rows.rows)
    counts[row.at(0).value()] = {.sql = row.at(1).value(),
                                 .calls = std::stoull(row.at(2).value()),
                                 .took = std::chrono::microseconds(std::stoll(row.at(3).value()))};
  co_return counts;
}

std::optional<std::vector<StatementCount>> counted_between(const StatementCounts& before,
                                                           const StatementCounts& after) {
  std::vector<StatementCount> between;
  for (const auto& [name, count] : before) {
    const auto now = after.find(name);
    if (now == after.end() || now->second.calls < count.calls) return std::nullopt;  // evicted, or all was reset
  }
  for (const auto& [name, count] : after) {
    const auto then = before.find(name);
    StatementCount more = count;
    if (then != before.end()) {
      more.calls -= then->second.calls;
      more.took -= then->second.took;
    }
    if (more.calls > 0) between.push_back(std::move(more));
  }
  return between;
}

}  // namespace orchestrate
