#include "rehearsal/survey.hpp"

#include <algorithm>

#include "backup/holdings.hpp"
#include "backup/server.hpp"
#include "backup/tools.hpp"
#include "schema/state.hpp"
#include "schema/text_array.hpp"

namespace orchestrate::rehearsal {
namespace {

constexpr auto limit = std::chrono::hours(1);

// Since PostgreSQL 15 all that a session counted is told when it has ended; before, it may come later, or never.
// Inserted rows count even where they were rolled back, live ones do not, and those alone may be an estimate (ANALYZE):
// rows that both agree on are there. A session or function may have it that nothing is counted: a table without rows
// has no pages either.
const std::string tables_sql = R"sql(
  SELECT c.oid::bigint, c.oid::regclass::text, coalesce(pg_partition_root(c.oid)::oid, c.oid)::bigint, s.deleted,
    CASE WHEN t.told THEN concat_ws(' ', pg_relation_filenode(c.oid), s.inserted, s.updated, s.deleted) END,
    CASE WHEN t.told AND (SELECT amname FROM pg_am WHERE oid = c.relam) = 'heap' AND s.live = s.inserted - s.deleted
      AND (s.live > 0 OR pg_relation_size(c.oid) = 0) THEN s.live END
  FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace,
    LATERAL (SELECT pg_stat_get_tuples_inserted(c.oid) AS inserted, pg_stat_get_tuples_updated(c.oid) AS updated,
                    pg_stat_get_tuples_deleted(c.oid) AS deleted, pg_stat_get_live_tuples(c.oid) AS live) s,
    (SELECT current_setting('server_version_num')::int >= 150000 AND NOT EXISTS (
       SELECT FROM (SELECT setconfig FROM pg_db_role_setting UNION ALL SELECT proconfig FROM pg_proc) configured
       WHERE array_to_string(setconfig, ' ') ~ 'track_counts') AS told) t
  WHERE c.relkind IN ('r', 'p') AND c.relpersistence <> 't' AND n.nspname !~ '^pg_'
    AND n.nspname NOT IN ('information_schema', 'orchestrate_rehearsal'))sql";

/// Each table counted in one statement, so that nobody has to quote names.
const std::string count_sql = R"sql(
  SELECT oid, (xpath('/row/n/text()',
                     query_to_xml('SELECT count(*) AS n FROM ONLY ' || oid::oid::regclass, false, true, '')))[1]::text
  FROM unnest($1::bigint[]) AS oid)sql";

/// Whether nothing was written in that table since then.
bool is_as_before(std::int64_t oid, const Survey::Table& table, const Survey& before) {
  const auto then = before.tables.find(oid);
  return then != before.tables.end() && !table.counters.empty() && then->second.counters == table.counters;
}

}  // namespace

Task<backup::Hashes> definitions_in(StageContext& context, const StandIn& stand_in) {
  backup::Site site{.url = stand_in.url(), .limit = limit};
  const backup::ToolSearch search{.bin = context.application.policy.postgres_bin};
  site.pg_dump = co_await backup::find_pg_dump(context.ports.commands, search, stand_in.major(), context.stop);
  backup::Hashes definitions = co_await backup::read_definitions(context, std::move(site));
  std::erase_if(definitions,
                [](const auto& object) { return object.first.find(recorder_schema) != std::string::npos; });
  co_return definitions;
}

Task<Survey> survey(StageContext& context, const StandIn& stand_in, Counters counters, Survey before) {
  Survey found;
  const bool tell = counters == Counters::tell_all;
  const bool is_fresh =
      tell && before.tables.empty() && stand_in.shares().empty();  // a sample's orphans went uncounted
  const auto session = co_await stand_in.session(context.stop);
  const std::string whole_names = "SET search_path = pg_catalog";
  co_await session->query(whole_names, context.stop);
  const Rows tables = co_await session->query(tables_sql, context.stop);
  std::vector<std::string> to_count;
  for (const auto& row : tables.rows) {
    const std::int64_t oid = std::stoll(row.at(0).value());
    Survey::Table table{.name = row.at(1).value(),
                        .deleted = std::stoull(row.at(3).value_or("0")),
                        .root = std::stoll(row.at(2).value()),
                        .counters = row.at(4).value_or("")};
    if (tell && is_as_before(oid, table, before))
      table.rows = before.tables.at(oid).rows;
    else if (is_fresh && row.at(5))
      table.rows = std::stoull(*row.at(5));
    else
      to_count.push_back(row.at(0).value());
    found.tables[oid] = std::move(table);
  }
  const std::vector<std::string> oids = {text_array(to_count)};
  const Rows counted = co_await session->query(count_sql, oids, context.stop);
  for (const auto& row : counted.rows)
    found.tables.at(std::stoll(row.at(0).value())).rows = std::stoull(row.at(1).value_or("0"));
  const TableName& version_table = context.application.policy.migrations.version_table;
  std::erase_if(found.tables, [&](const auto& table) { return table.second.name == version_table.text(); });
  const auto versions = co_await version_rows(*session, version_table, context.stop);
  found.versions = versions.value_or(std::vector<std::string>());
  found.definitions = co_await definitions_in(context, stand_in);
  co_return found;
}

Tables tables_of(const Survey& survey) {
  Tables tables;
  for (const auto& [oid, table] : survey.tables) tables[oid] = table.name;
  return tables;
}

std::vector<std::string> changes_between(const backup::Hashes& before, const backup::Hashes& after) {
  std::vector<std::string> changes;
  for (const auto& [object, hash] : before)
    if (!after.contains(object)) changes.push_back(object + " is gone");
  for (const auto& [object, hash] : after) {
    const auto old = before.find(object);
    if (old == before.end())
      changes.push_back(object + " is new");
    else if (old->second != hash)
      changes.push_back(object + " is changed");
  }
  return changes;
}

/// A row that goes from one partition to another is not lost, nor is one in a partition that is detached: rows count
/// for the table that they were in, and for the one that they are in.
std::vector<Loss> losses_between(const Survey& before, const Survey& after) {
  std::map<std::int64_t, std::uint64_t> then, now;  // by root
  for (const auto& [oid, table] : before.tables) then[table.root] += table.rows;
  for (const auto& [oid, table] : after.tables) {
    const auto known = before.tables.find(oid);
    now[known == before.tables.end() ? table.root : known->second.root] += table.rows;
  }
  std::vector<Loss> losses;
  for (const auto& [root, rows] : then) {
    const bool is_dropped = !after.tables.contains(root);
    const std::uint64_t left = now[root];
    if (left >= rows && !is_dropped) continue;
    losses.push_back({.table = before.tables.at(root).name,
                      .rows = rows - std::min(left, rows),
                      .of = rows,
                      .is_dropped = is_dropped});
  }
  return losses;
}

}  // namespace orchestrate::rehearsal
