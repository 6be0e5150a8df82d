#include "rehearsal/survey.hpp"

#include <algorithm>

#include "backup/holdings.hpp"
#include "backup/server.hpp"
#include "backup/tools.hpp"
#include "schema/state.hpp"

namespace orchestrate::rehearsal {
namespace {

constexpr auto limit = std::chrono::hours(1);

/// Each table counted in one statement, so that nobody has to quote names.
const std::string count_sql = R"sql(
  SELECT c.oid::bigint, c.oid::regclass::text, coalesce(pg_partition_root(c.oid)::oid, c.oid)::bigint,
    pg_stat_get_tuples_deleted(c.oid),
    (xpath('/row/n/text()', query_to_xml('SELECT count(*) AS n FROM ONLY ' || c.oid::regclass, false, true, '')))[1]::text
  FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace
  WHERE c.relkind IN ('r', 'p') AND c.relpersistence <> 't' AND n.nspname !~ '^pg_'
    AND n.nspname NOT IN ('information_schema', 'orchestrate_rehearsal'))sql";

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

Task<Survey> survey(StageContext& context, const StandIn& stand_in) {
  Survey found;
  const auto session = co_await stand_in.session(context.stop);
  const std::string whole_names = "SET search_path = pg_catalog";
  co_await session->query(whole_names, context.stop);
  const Rows counted = co_await session->query(count_sql, context.stop);
  for (const auto& row : counted.rows)
    found.tables[std::stoll(row.at(0).value())] = {.name = row.at(1).value(),
                                                   .rows = std::stoull(row.at(4).value_or("0")),
                                                   .deleted = std::stoull(row.at(3).value_or("0")),
                                                   .root = std::stoll(row.at(2).value())};
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
