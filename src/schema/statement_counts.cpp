#include "schema/statement_counts.hpp"

#include <fmt/format.h>

namespace orchestrate {
namespace {

// Its settings are there only where the server has loaded it.
const std::string where_sql = R"sql(
SELECT quote_ident(n.nspname),
  EXISTS (SELECT FROM pg_class i WHERE i.relnamespace = n.oid AND i.relname = 'pg_stat_statements_info')
FROM pg_extension e JOIN pg_namespace n ON n.oid = e.extnamespace
  JOIN pg_class c ON c.relnamespace = n.oid AND c.relname = 'pg_stat_statements'
WHERE e.extname = 'pg_stat_statements'
  AND current_setting('pg_stat_statements.track', true) IN ('top', 'all')
  AND current_setting('pg_stat_statements.track_utility', true) = 'on'
  AND current_setting('compute_query_id', true) IS DISTINCT FROM 'off'
  AND has_schema_privilege(n.oid, 'USAGE') AND has_table_privilege(c.oid, 'SELECT'))sql";

// As JSON, since columns have other names in other versions: total_time before 1.8, no toplevel before 1.9.
constexpr const char* counts_sql = R"sql(
SELECT concat(s->>'userid', ' ', s->>'queryid'), s->>'query', s->>'calls',
  round(coalesce(s->>'total_exec_time', s->>'total_time')::numeric * 1000)
FROM (SELECT to_jsonb(counted) AS s FROM {}.pg_stat_statements AS counted) AS all_of_them
WHERE s->>'dbid' = (SELECT oid::text FROM pg_database WHERE datname = current_database())
  AND coalesce((s->>'toplevel')::boolean, true))sql";

constexpr const char* epoch_sql = "SELECT concat(dealloc, ' ', stats_reset) FROM {}.pg_stat_statements_info";
constexpr const char* not_for_us = "<insufficient privilege>";

}  // namespace

Task<std::optional<StatementCounts>> statement_counts(Database& database, std::stop_token stop) {
  const Rows where = co_await database.query(where_sql, stop);
  if (where.rows.empty()) co_return std::nullopt;
  const std::string schema = where.rows.at(0).at(0).value();
  StatementCounts counts;
  if (where.rows.at(0).at(1) == "t") {
    const std::string sql = fmt::format(epoch_sql, schema);
    const Rows epoch = co_await database.query(sql, stop);
    counts.epoch = epoch.rows.at(0).at(0).value_or("");
  }
  const std::string sql = fmt::format(counts_sql, schema);
  const Rows rows = co_await database.query(sql, stop);
  for (const auto& row : rows.rows) {
    const std::string text = row.at(1).value_or(not_for_us);
    const std::uint64_t calls = std::stoull(row.at(2).value_or("0"));
    if (text == not_for_us) counts.hidden += calls;
    if (text == not_for_us) continue;
    const std::chrono::microseconds took(std::stoll(row.at(3).value_or("0")));
    counts.visible[row.at(0).value()] = {.sql = text, .calls = calls, .took = took};
  }
  co_return counts;
}

std::optional<Counted> counted_between(const StatementCounts& before, const StatementCounts& after) {
  if (before.epoch != after.epoch) return std::nullopt;
  for (const auto& [name, count] : before.visible) {
    const auto now = after.visible.find(name);
    if (now == after.visible.end() || now->second.calls < count.calls) return std::nullopt;  // before extension 1.9
  }
  Counted counted{.has_hidden = after.hidden != before.hidden};
  for (const auto& [name, count] : after.visible) {
    const auto then = before.visible.find(name);
    StatementCount more = count;
    if (then != before.visible.end()) {
      more.calls -= then->second.calls;
      more.took -= then->second.took;
    }
    if (more.calls > 0) counted.statements.push_back(std::move(more));
  }
  return counted;
}

}  // namespace orchestrate
