#include "rehearsal/survey.hpp"

#include "backup/holdings.hpp"
#include "backup/server.hpp"
#include "backup/tools.hpp"
#include "schema/state.hpp"

namespace orchestrate::rehearsal {
namespace {

constexpr auto limit = std::chrono::hours(1);

/// Each table counted in one statement, so that nobody has to quote names.
const std::string count_sql = R"sql(
  SELECT c.oid::bigint, c.oid::regclass::text,
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
    found.tables[std::stoll(row.at(0).value())] = {row.at(1).value(), std::stoull(row.at(2).value_or("0"))};
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

std::vector<Loss> losses_between(const Survey& before, const Survey& after) {
  std::vector<Loss> losses;
  for (const auto& [oid, table] : before.tables) {
    const auto now = after.tables.find(oid);
    const bool is_dropped = now == after.tables.end();
    const std::uint64_t left = is_dropped ? 0 : now->second.rows;
    if (is_dropped || left < table.rows)
      losses.push_back({.table = table.name, .rows = table.rows - left, .of = table.rows, .is_dropped = is_dropped});
  }
  return losses;
}

}  // namespace orchestrate::rehearsal
