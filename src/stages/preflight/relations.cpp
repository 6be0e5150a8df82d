#include "stages/preflight/relations.hpp"

#include <algorithm>
#include <array>
#include <iterator>

#include "schema/text_array.hpp"
#include "stages/database_session.hpp"
#include "stages/preflight/check.hpp"

namespace orchestrate::preflight {
namespace {

// In the order of Touch.
constexpr std::array touches = {"definition", "rows_added", "rows_changed", "reference"};

// What is locked without being named: the table of an index; whole partition and inheritance trees; what a view reads;
// both ends of a foreign key, and, where rows go or change, all tables that foreign keys pass that on to. A trigger
// that fires may write anywhere.
const std::string named_sql = R"sql(
WITH RECURSIVE families(a, b) AS (
  SELECT inhparent, inhrelid FROM pg_inherits UNION ALL SELECT inhrelid, inhparent FROM pg_inherits
), named(oid, touch) AS (
  SELECT coalesce(i.indrelid, c.oid), x.touch
  FROM unnest($1::text[], $2::text[], $3::text[]) AS x(schema, name, touch)
  JOIN pg_class c ON c.relname = x.name::name JOIN pg_namespace n ON n.oid = c.relnamespace
  LEFT JOIN pg_index i ON i.indexrelid = c.oid
  WHERE n.nspname = x.schema::name OR (x.schema = 'public' AND n.nspname NOT IN ('pg_catalog', 'information_schema'))
), changed(oid, touch) AS (
  SELECT oid, touch FROM named WHERE touch <> 'reference'
  UNION SELECT f.b, c.touch FROM changed c JOIN families f ON f.a = c.oid
), seen(oid, touch) AS (
  SELECT oid, touch FROM changed
  UNION SELECT d.refobjid, s.touch FROM seen s JOIN pg_rewrite w ON w.ev_class = s.oid
  JOIN pg_depend d ON d.classid = 'pg_rewrite'::regclass AND d.objid = w.oid AND d.refclassid = 'pg_class'::regclass
), cascading(oid) AS (
  SELECT oid FROM seen WHERE touch = 'rows_changed'
  UNION SELECT k.conrelid FROM cascading c JOIN pg_constraint k ON k.contype = 'f' AND k.confrelid = c.oid
), written(oid) AS (
  SELECT oid FROM cascading UNION SELECT oid FROM seen WHERE touch = 'rows_added'
), locked(oid) AS (
  SELECT oid FROM named UNION SELECT oid FROM seen UNION SELECT oid FROM cascading
  UNION SELECT k.confrelid FROM seen s JOIN pg_constraint k ON k.contype = 'f' AND k.conrelid = s.oid
  UNION SELECT k.conrelid FROM seen s JOIN pg_constraint k ON k.contype = 'f' AND k.confrelid = s.oid
), whole(oid) AS (
  SELECT oid FROM locked UNION SELECT f.b FROM whole w JOIN families f ON f.a = w.oid
)
SELECT w.oid::text, EXISTS (SELECT 1 FROM changed c WHERE c.oid = w.oid),
       (SELECT min(format('%s has the trigger %I, which may write anywhere', w.oid::regclass, t.tgname)) FROM pg_trigger t
        WHERE t.tgrelid = w.oid AND NOT t.tgisinternal AND t.tgenabled <> 'D' AND w.oid IN (SELECT oid FROM written))
FROM whole w
)sql";

const std::string schemas_sql =
    "SELECT c.oid::text FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace "
    "WHERE n.nspname = ANY($1::text[]) AND c.relkind IN ('r', 'p', 'v', 'm', 'f')";

/// With what is in `schemas`, whatever the revisions name.
Task<> add_schemas(Inspection& inspection, std::vector<std::string> schemas, Relations& relations) {
  const std::vector<std::string> parameters = {text_array(schemas)};
  const Rows rows = co_await inspection.database->query(schemas_sql, parameters, inspection.context.stop);
  for (const auto& row : rows.rows) {
    relations.locked.push_back(*row[0]);
    relations.changed.push_back(*row[0]);
  }
}

Task<> add_named(Inspection& inspection, const Affected& affected, Relations& relations) {
  std::vector<std::string> schemas, names, kinds;
  for (const AffectedRelation& relation : affected.relations) {
    schemas.push_back(relation.name.schema);
    names.push_back(relation.name.name);
    kinds.emplace_back(touches.at(static_cast<std::size_t>(relation.touch)));
  }
  const std::vector<std::string> parameters = {text_array(schemas), text_array(names), text_array(kinds)};
  const Rows rows = co_await inspection.database->query(named_sql, parameters, inspection.context.stop);
  for (const auto& row : rows.rows) {
    relations.locked.push_back(*row[0]);
    if (row[1] == "t") relations.changed.push_back(*row[0]);
    if (row[2]) relations.unknown.push_back(*row[2]);
  }
}

}  // namespace

std::vector<std::string> schemas_of(const Policy& policy) {
  std::vector<std::string> schemas = app_schemas(policy);
  const std::string& version_schema = policy.migrations.version_table.schema;
  if (std::ranges::find(schemas, version_schema) == schemas.end()) schemas.push_back(version_schema);
  return schemas;
}

Task<Relations> relations_of(Inspection& inspection, Affected affected) {
  affected.relations.insert({inspection.policy().migrations.version_table, Touch::rows_added});
  Relations relations{.unknown = affected.unknown, .concurrently = affected.concurrently};
  co_await add_named(inspection, affected, relations);
  std::vector<std::string> schemas(affected.schemas.begin(), affected.schemas.end());
  if (!relations.unknown.empty()) std::ranges::copy(schemas_of(inspection.policy()), std::back_inserter(schemas));
  co_await add_schemas(inspection, std::move(schemas), relations);
  co_return relations;
}

Task<> know_relations(Inspection& inspection) {
  if (inspection.relations) co_return;
  Affected affected;
  affected.unknown.emplace_back("the pending revisions are not known");
  inspection.relations = co_await relations_of(inspection, std::move(affected));
}

}  // namespace orchestrate::preflight
