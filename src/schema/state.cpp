#include "schema/state.hpp"

#include <algorithm>
#include <array>
#include <string_view>

#include "orchestrate/digest.hpp"
#include "orchestrate/sqlstate.hpp"
#include "schema/catalog_query.hpp"
#include "schema/text_array.hpp"

namespace orchestrate {

Task<DatabaseIdentity> read_identity(Database& database, std::stop_token stop) {
  const std::string sql =
      "SELECT s.system_identifier, d.oid, c.timeline_id, d.datname, current_setting('server_version_num') "
      "FROM pg_control_system() s, pg_control_checkpoint() c, pg_database d WHERE d.datname = current_database()";
  const Rows rows = co_await database.query(sql, stop);
  const auto& row = rows.rows.at(0);
  DatabaseIdentity identity;
  identity.system_identifier = *row[0];
  identity.oid = *row[1];
  identity.timeline = *row[2];
  identity.name = *row[3];
  identity.server_version = std::stoi(*row[4]);
  co_return identity;
}

namespace {

Task<std::vector<std::string>> read_rows(Database& database, TableName table, std::stop_token stop) {
  const std::string sql = "SELECT version_num FROM " + table.quoted() + " ORDER BY version_num COLLATE \"C\"";
  const Rows rows = co_await database.query(sql, stop);
  std::vector<std::string> versions;
  for (const auto& row : rows.rows) versions.push_back(row[0].value_or(""));
  co_return versions;
}

/// The last part: a role that others have given rights to, which may use most tables of a schema, or most sequences.
constexpr std::string_view half_made_query = R"sql(
SELECT format('index %I.%I is INVALID', n.nspname, c.relname)
FROM pg_index i JOIN pg_class c ON c.oid = i.indexrelid JOIN pg_namespace n ON n.oid = c.relnamespace
WHERE NOT i.indisvalid AND n.nspname = ANY($1::text[])
UNION ALL
SELECT format('constraint %I on %I.%I is not validated', k.conname, n.nspname, c.relname)
FROM pg_constraint k JOIN pg_class c ON c.oid = k.conrelid JOIN pg_namespace n ON n.oid = c.relnamespace
WHERE NOT k.convalidated AND n.nspname = ANY($1::text[])
UNION ALL
SELECT format('%s %I.%I may not be used by %I, who may use %s of %s of its kind there',
              sort, nspname, relname, rolname, usable, total)
FROM (
  SELECT *, count(*) OVER of_kind AS total, count(*) FILTER (WHERE may) OVER of_kind AS usable
  FROM (
    SELECT n.nspname, c.relname, g.rolname, CASE c.relkind WHEN 'S' THEN 'sequence' ELSE 'table' END AS sort,
      CASE c.relkind WHEN 'S' THEN has_sequence_privilege(g.oid, c.oid, 'USAGE, UPDATE')
        ELSE has_table_privilege(g.oid, c.oid, 'SELECT, INSERT, UPDATE, DELETE') END AS may
    FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace
    JOIN (SELECT DISTINCT o.relnamespace, r.oid, r.rolname
          FROM pg_class o CROSS JOIN aclexplode(o.relacl) a JOIN pg_roles r ON r.oid = a.grantee
          WHERE o.relkind IN ('r', 'p', 'v', 'm', 'S') AND a.grantee <> o.relowner) g ON g.relnamespace = n.oid
    WHERE c.relkind IN ('r', 'p', 'v', 'm', 'S') AND n.nspname = ANY($1::text[])
      AND NOT EXISTS (SELECT FROM pg_depend d WHERE d.objid = c.oid AND d.classid = 'pg_class'::regclass
                      AND d.deptype IN ('i', 'e'))
  ) every_one
  WINDOW of_kind AS (PARTITION BY nspname, rolname, sort)
) judged
WHERE NOT may AND 2 * usable > total
ORDER BY 1)sql";

}  // namespace

Task<std::optional<std::vector<std::string>>> version_rows(Database& database, TableName table, std::stop_token stop) {
  const std::string exists =
      "SELECT 1 FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace "
      "WHERE n.nspname = $1 AND c.relname = $2 AND c.relkind IN ('r', 'p')";
  const std::vector<std::string> names = {table.schema, table.name};
  const Rows found = co_await database.query(exists, names, stop);
  if (found.rows.empty()) co_return std::nullopt;
  const auto versions = co_await read_rows(database, table, stop);
  co_return versions;
}

Task<std::optional<std::vector<std::string>>> version_rows_at_once(Database& database, TableName table,
                                                                   std::stop_token stop) {
  try {
    const auto versions = co_await read_rows(database, table, stop);
    co_return versions;
  } catch (const Error& error) {
    if (sqlstate_of(error) != "42P01" && sqlstate_of(error) != "3F000") throw;  // no such table, no such schema
  }
  co_return std::nullopt;
}

Task<std::string> fingerprint(Database& database, std::vector<std::string> schemas, std::stop_token stop) {
  const std::string sql(catalog_query);
  const std::vector<std::string> parameters = {text_array(schemas)};
  const Rows rows = co_await database.query(sql, parameters, stop);
  Sha256 hash;
  for (const auto& row : rows.rows) {
    hash.update(row[0].value_or("null"));
    hash.update("\n");
  }
  co_return hash.finish();
}

Task<SchemaState> read_state(Database& database, TableName version_table, std::vector<std::string> schemas,
                             std::stop_token stop) {
  SchemaState state;
  state.versions = co_await version_rows(database, version_table, stop);
  state.fingerprint = co_await fingerprint(database, schemas, stop);
  co_return state;
}

Task<std::vector<std::string>> half_made_objects(Database& database, std::vector<std::string> schemas,
                                                 std::stop_token stop) {
  const std::string sql(half_made_query);
  const std::vector<std::string> parameters = {text_array(schemas)};
  const Rows rows = co_await database.query(sql, parameters, stop);
  std::vector<std::string> names;
  for (const auto& row : rows.rows) names.push_back(row[0].value_or(""));
  co_return names;
}

std::vector<std::string> rows_of(const SchemaState& state) {
  return state.versions.value_or(std::vector<std::string>{});
}

std::string revisions_text(const std::vector<std::string>& revisions) {
  std::string text;
  for (const std::string& revision : revisions) text += (text.empty() ? "" : ", ") + revision;
  return text.empty() ? "base" : text;
}

Json to_json(const DatabaseIdentity& identity) {
  return Json::object({{"system_identifier", identity.system_identifier},
                       {"oid", identity.oid},
                       {"timeline", identity.timeline},
                       {"name", identity.name},
                       {"server_version", identity.server_version}});
}

Json to_json(const SchemaState& state) {
  return Json::object(
      {{"versions", state.versions ? Json::of(*state.versions) : Json(nullptr)}, {"fingerprint", state.fingerprint}});
}

SchemaState state_from_json(const Json& json) {
  SchemaState state;
  if (!json["versions"].is_null()) state.versions = json["versions"].as_strings();
  state.fingerprint = json["fingerprint"].as_string();
  return state;
}

}  // namespace orchestrate
