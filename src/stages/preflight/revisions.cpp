#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <optional>

#include "schema/text_array.hpp"
#include "stages/database_session.hpp"
#include "stages/preflight/check.hpp"

namespace orchestrate::preflight {
namespace {

const std::string tables_sql =
    "SELECT format('%I.%I', n.nspname, c.relname) FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace "
    "WHERE n.nspname = ANY($1::text[]) AND c.relkind IN ('r', 'p') AND NOT (n.nspname = $2 AND c.relname = $3) "
    "AND NOT EXISTS (SELECT 1 FROM pg_depend d WHERE d.classid = 'pg_class'::regclass AND d.objid = c.oid "
    "AND d.deptype = 'e') ORDER BY 1";
const std::string elsewhere_sql =
    "SELECT n.nspname, c.relname FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace WHERE c.relname = $1 "
    "AND n.nspname <> $2 AND c.relkind IN ('r', 'p') AND has_table_privilege(c.oid, 'SELECT') ORDER BY 1";

Answer needs_adoption(const Policy& policy, const std::string& what, const Rows& tables) {
  std::string names = *tables.rows.front().front();
  if (tables.rows.size() > 1) names += fmt::format(" and {} more", tables.rows.size() - 1);
  return refused(fmt::format("{}, but there are tables already: {}", what, names),
                 fmt::format("orchestrate adopt {} --stamp REV", policy.app));
}

/// A table of that name in another schema that holds a revision of this checkout; another application's holds its own.
Task<std::optional<Answer>> kept_elsewhere(Inspection& inspection, const TableName& table) {
  const RevisionGraph graph = read_revisions(inspection.policy().migrations.versions);
  const std::vector<std::string> names = {table.name, table.schema};
  const auto& stop = inspection.context.stop;
  const Rows found = co_await inspection.database->query(elsewhere_sql, names, stop);
  for (const auto& row : found.rows) {
    const TableName other{*row[0], *row[1]};
    const auto versions = co_await version_rows(*inspection.database, other, stop);
    for (const std::string& version : versions.value_or(std::vector<std::string>{}))
      if (graph.find(version))
        co_return refused(fmt::format("there is no {}, but {} is at {}", table.text(), other.text(), version),
                          "migrations.version_table: " + other.text());
  }
  co_return std::nullopt;
}

/// An empty database is fine; a database with tables and without a version is not.
Task<Answer> version_table(Inspection& inspection) {
  const Policy& policy = inspection.policy();
  const TableName& table = policy.migrations.version_table;
  const auto& stop = inspection.context.stop;
  const auto rows = co_await version_rows(*inspection.database, table, stop);
  inspection.version_rows = rows.value_or(std::vector<std::string>{});
  if (!inspection.version_rows.empty()) co_return passed(table.text() + ": " + revisions_text(inspection.version_rows));
  if (!rows) {
    const auto elsewhere = co_await kept_elsewhere(inspection, table);
    if (elsewhere) co_return *elsewhere;
  }
  const std::vector<std::string> names = {text_array(app_schemas(policy)), table.schema, table.name};
  const Rows tables = co_await inspection.database->query(tables_sql, names, stop);
  if (tables.rows.empty()) co_return passed();
  const std::string what = rows ? table.text() + " is empty" : "there is no " + table.text();
  co_return needs_adoption(policy, what, tables);
}

std::string bring_back(const Policy& policy, const std::string& id) {
  return fmt::format("bring back the commit that holds it: git -C {} log --all --oneline -S {}",
                     policy.project.path.string(), id);
}

bool is_needed(const Inspection& inspection, const RevisionGraph& graph, const std::string& id) {
  const auto stands_on_it = [&](const Revision& revision) {
    return std::ranges::find(revision.down, id) != revision.down.end();
  };
  return std::ranges::find(inspection.version_rows, id) != inspection.version_rows.end() ||
         std::ranges::any_of(graph.revisions, stands_on_it);
}

/// Applied revisions without a file, as far as the ledger knows who applied them.
std::vector<Obstacle> deleted_revisions(const Inspection& inspection, const RevisionGraph& graph) {
  std::vector<Obstacle> obstacles;
  for (const AppliedRevision& applied : inspection.context.applied)
    if (!graph.find(applied.id) && is_needed(inspection, graph, applied.id))
      obstacles.push_back({fmt::format("revision {} was applied on {} by run {}, and no version file is it any more",
                                       applied.id, utc_text(applied.at), applied.run),
                           bring_back(inspection.policy(), applied.id)});
  return obstacles;
}

std::vector<Obstacle> unknown_rows(const Inspection& inspection, const RevisionGraph& graph) {
  const Policy& policy = inspection.policy();
  std::vector<Obstacle> obstacles;
  for (const std::string& row : inspection.version_rows) {
    if (graph.find(row)) continue;
    obstacles.push_back({fmt::format("the database is at {}, which no version file is: the database is ahead of this "
                                     "checkout, or the file was renamed or deleted",
                                     row),
                         bring_back(policy, row)});
  }
  return obstacles;
}

std::vector<std::string> ids_of(const std::vector<const Revision*>& revisions) {
  std::vector<std::string> ids;
  for (const Revision* revision : revisions) ids.push_back(revision->id);
  return ids;
}

std::variant<Pending, Finding> to_apply(const RevisionGraph& graph, const Inspection& inspection) {
  const auto found = graph.pending(inspection.version_rows, inspection.context.target);
  if (const Finding* finding = std::get_if<Finding>(&found)) return *finding;
  Pending pending{.from = inspection.version_rows, .revisions = ids_of(std::get<0>(found))};
  std::vector<std::string> applied = pending.from;
  applied.insert(applied.end(), pending.revisions.begin(), pending.revisions.end());
  pending.to = graph.tips(applied);
  return pending;
}

std::variant<Pending, Finding> to_undo(const RevisionGraph& graph, const Inspection& inspection) {
  const auto found = graph.undone(inspection.version_rows, inspection.context.target);
  if (const Finding* finding = std::get_if<Finding>(&found)) return *finding;
  const Undone& undone = std::get<Undone>(found);
  return Pending{.from = inspection.version_rows, .to = undone.rows, .revisions = ids_of(undone.revisions)};
}

Answer obstacle_of(const Finding& finding) {
  const std::string where =
      finding.place.line > 0 ? fmt::format("{}:{}: ", finding.place.file, finding.place.line) : "";
  return refused(where + finding.hazard, finding.remedy);
}

Task<Answer> revisions(Inspection& inspection) {
  const RevisionGraph graph = read_revisions(inspection.policy().migrations.versions);
  Answer answer;
  answer.obstacles = deleted_revisions(inspection, graph);
  for (const Finding& problem : graph.problems) answer.obstacles.push_back(obstacle_of(problem).obstacles.front());
  if (!answer.obstacles.empty()) co_return answer;
  answer.obstacles = unknown_rows(inspection, graph);
  if (!answer.obstacles.empty()) co_return answer;
  const bool back = inspection.context.run.direction() == Direction::downgrade;
  auto found = back ? to_undo(graph, inspection) : to_apply(graph, inspection);
  if (const Finding* finding = std::get_if<Finding>(&found)) co_return obstacle_of(*finding);
  inspection.pending = std::move(std::get<Pending>(found));
  const Pending& pending = *inspection.pending;
  answer.found = pending.revisions.empty() ? "nothing is pending"
                                           : revisions_text(pending.from) + " -> " + revisions_text(pending.to);
  co_return answer;
}

constexpr std::array checks = {
    Check{"version table", "database", version_table},
    Check{"revisions", "version table", revisions},
};

}  // namespace

std::span<const Check> revision_checks() {
  return checks;
}

}  // namespace orchestrate::preflight
