#include "schema/table_facts.hpp"

#include "orchestrate/sqlstate.hpp"
#include "schema/text_array.hpp"

namespace orchestrate {
namespace {

constexpr std::string_view facts_query = R"sql(
WITH wanted AS (
  SELECT c.oid, c.relkind, c.relname, n.nspname, c.reltuples
  FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace
  WHERE c.relkind IN ('r', 'p', 'm', 'f') AND n.nspname !~ '^pg_' AND n.nspname <> 'information_schema'
    AND (c.relname = ANY($1::text[]) OR c.oid IN (
      SELECT i.indrelid FROM pg_index i JOIN pg_class x ON x.oid = i.indexrelid WHERE x.relname = ANY($1::text[])
      UNION SELECT k.confrelid FROM pg_constraint k JOIN pg_class x ON x.oid = k.conrelid
      WHERE k.contype = 'f' AND NOT k.convalidated AND x.relname = ANY($1::text[])))
  LIMIT 1000
), facts AS (
  SELECT json_build_object(
    'schema', w.nspname, 'name', w.relname,
    'size', CASE WHEN NOT $2::bool THEN NULL WHEN w.relkind = 'p'
      THEN (SELECT coalesce(sum(pg_total_relation_size(t.relid)), 0) FROM pg_partition_tree(w.oid) t WHERE t.isleaf)
      ELSE pg_total_relation_size(w.oid) END,
    'rows', w.reltuples,
    'columns', (SELECT json_object_agg(a.attname, json_build_object(
        'type', t.typname || coalesce(substring(format_type(a.atttypid, a.atttypmod) FROM '\([0-9,]+\)'), ''),
        'not_null', a.attnotnull))
      FROM pg_attribute a JOIN pg_type t ON t.oid = a.atttypid
      WHERE a.attrelid = w.oid AND a.attnum > 0 AND NOT a.attisdropped),
    'indexes', (SELECT json_object_agg(x.relname, json_build_object('unique', i.indisunique, 'valid', i.indisvalid,
        'plain', i.indpred IS NULL AND x.relam = (SELECT oid FROM pg_am WHERE amname = 'btree'),
        'columns', (SELECT json_agg(a.attname ORDER BY k.place) FROM unnest(i.indkey::int2[]) WITH ORDINALITY k(number, place)
          JOIN pg_attribute a ON a.attrelid = i.indrelid AND a.attnum = k.number WHERE 0 <> ALL(i.indkey::int2[]))))
      FROM pg_index i JOIN pg_class x ON x.oid = i.indexrelid WHERE i.indrelid = w.oid),
    'constraints', (SELECT json_object_agg(k.conname, json_build_object('validated', k.convalidated,
        'definition', pg_get_constraintdef(k.oid)))
      FROM pg_constraint k WHERE k.conrelid = w.oid AND k.contype IN ('c', 'f', 'u', 'p', 'x')),
    'parents', (SELECT json_agg(DISTINCT k.confrelid::regclass::oid::text) FROM pg_constraint k
      WHERE k.conrelid = w.oid AND k.contype = 'f' AND k.confrelid <> w.oid),
    'children', (SELECT json_agg(DISTINCT k.conrelid::regclass::oid::text) FROM pg_constraint k
      WHERE k.confrelid = w.oid AND k.contype = 'f' AND k.conrelid <> w.oid),
    'partitions', (SELECT json_agg(h.inhrelid::text) FROM pg_inherits h WHERE h.inhparent = w.oid),
    'views', (SELECT json_agg(DISTINCT v.relname) FROM pg_depend d JOIN pg_rewrite r ON r.oid = d.objid
      JOIN pg_class v ON v.oid = r.ev_class
      WHERE d.classid = 'pg_rewrite'::regclass AND d.refclassid = 'pg_class'::regclass AND d.refobjid = w.oid
        AND v.oid <> w.oid),
    'extension', (SELECT e.extname FROM pg_depend d JOIN pg_extension e ON e.oid = d.refobjid
      WHERE d.classid = 'pg_class'::regclass AND d.objid = w.oid AND d.refclassid = 'pg_extension'::regclass
        AND d.deptype = 'e')) AS fact
  FROM wanted w
)
SELECT json_build_object('version', current_setting('server_version_num')::int,
  'utc', current_setting('TimeZone') IN ('UTC', 'Etc/UTC', 'GMT'),
  'names', (SELECT json_object_agg(c.oid::text, json_build_array(n.nspname, c.relname)) FROM pg_class c
     JOIN pg_namespace n ON n.oid = c.relnamespace
     WHERE c.oid IN (SELECT k.confrelid FROM pg_constraint k WHERE k.conrelid IN (SELECT oid FROM wanted)
                     UNION SELECT k.conrelid FROM pg_constraint k WHERE k.confrelid IN (SELECT oid FROM wanted)
                     UNION SELECT h.inhrelid FROM pg_inherits h WHERE h.inhparent IN (SELECT oid FROM wanted))),
  'types', (SELECT json_agg(DISTINCT t.typname) FROM pg_type t WHERE t.typname = ANY($1::text[])),
  'enums', (SELECT json_agg(DISTINCT t.typname) FROM pg_type t WHERE t.typname = ANY($1::text[]) AND t.typtype = 'e'),
  'extensions', (SELECT json_agg(e.name) FROM pg_available_extensions e WHERE e.name = ANY($1::text[])),
  'readers', (SELECT json_object_agg(s.nspname, s.roles) FROM (
      SELECT r.nspname, json_agg(r.role) AS roles FROM (
        SELECT n.nspname, pg_get_userbyid(a.grantee) AS role, count(DISTINCT c.oid) AS granted,
          (SELECT count(*) FROM pg_class k WHERE k.relnamespace = n.oid AND k.relkind IN ('r', 'p')) AS tables
        FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace, aclexplode(c.relacl) a
        WHERE c.relkind IN ('r', 'p') AND n.nspname !~ '^pg_' AND n.nspname <> 'information_schema'
          AND a.privilege_type = 'SELECT' AND a.grantee NOT IN (0, c.relowner)
        GROUP BY n.oid, n.nspname, a.grantee) r
      WHERE 2 * r.granted >= r.tables GROUP BY r.nspname) s),
  'default_readers', (SELECT json_agg(DISTINCT pg_get_userbyid(a.grantee))
      FROM pg_default_acl d, aclexplode(d.defaclacl) a WHERE d.defaclobjtype = 'r' AND a.privilege_type = 'SELECT'),
  'domains', (SELECT json_object_agg(d.name, d.fact) FROM (
      SELECT t.typname AS name, json_build_object(
        'checked', bool_or(t.typnotnull OR EXISTS (
          SELECT FROM pg_constraint k WHERE k.contypid IN (t.oid, t.typbasetype))),
        'tables', (SELECT json_agg(DISTINCT jsonb_build_array(n.nspname, c.relname)) FROM pg_attribute a
          JOIN pg_class c ON c.oid = a.attrelid JOIN pg_namespace n ON n.oid = c.relnamespace
          WHERE a.atttypid = ANY(array_agg(t.oid)) AND NOT a.attisdropped AND c.relkind IN ('r', 'p', 'm'))) AS fact
      FROM pg_type t WHERE t.typname = ANY($1::text[]) AND t.typtype = 'd' GROUP BY t.typname) d),
  'tables', (SELECT coalesce(json_agg(fact), '[]') FROM facts))
)sql";

Task<Json> ask(Database& database, std::string names, bool with_sizes, std::stop_token stop) {
  const std::vector<std::string> parameters = {std::move(names), with_sizes ? "true" : "false"};
  const Rows rows = co_await database.query(std::string(facts_query), parameters, stop);
  co_return parse_json(rows.rows.at(0).at(0).value());
}

}  // namespace

Task<Json> read_table_facts(Database& database, std::vector<std::string> names, std::stop_token stop) {
  const std::string listed = text_array(names);
  // To ask for its size waits for whoever has locked a table: another migration, for instance.
  co_await database.query("SELECT set_config('lock_timeout', '1s', false)", stop);
  try {
    co_return co_await ask(database, listed, true, stop);
  } catch (const Error& error) {
    if (sqlstate_of(error) != "55P03") throw;
  }
  co_return co_await ask(database, listed, false, stop);
}

}  // namespace orchestrate
