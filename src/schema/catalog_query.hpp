#pragma once

#include <string_view>

namespace orchestrate {

/// One line of text per fact of the catalog about the schemas in $1 (text[]), in a fixed order.
/// Uses only functions that exist in PostgreSQL 12 to 18 and that any role may call.
inline constexpr std::string_view catalog_query = R"sql(
WITH schemas AS (
  SELECT oid, nspname, nspowner, nspacl FROM pg_namespace WHERE nspname = ANY($1::text[])
), relations AS (
  SELECT c.*, s.nspname FROM pg_class c JOIN schemas s ON s.oid = c.relnamespace
)
SELECT line FROM (
  SELECT format('schema %s owner=%s acl=%s', nspname, nspowner::regrole, nspacl::text) AS line FROM schemas
  UNION ALL
  SELECT format('relation %s.%s kind=%s persistence=%s owner=%s acl=%s options=%s rls=%s force=%s replident=%s partition=%s space=%s am=%s',
                nspname, relname, relkind, relpersistence, relowner::regrole, relacl::text, reloptions::text, relrowsecurity,
                relforcerowsecurity, relreplident, pg_get_expr(relpartbound, oid), reltablespace, relam)
  FROM relations
  UNION ALL
  SELECT format('column %s.%s.%s position=%s type=%s collation=%s notnull=%s identity=%s generated=%s default=%s acl=%s options=%s storage=%s',
                r.nspname, r.relname, a.attname, a.attnum, format_type(a.atttypid, a.atttypmod), a.attcollation,
                a.attnotnull, a.attidentity, a.attgenerated, pg_get_expr(d.adbin, d.adrelid), a.attacl::text,
                a.attoptions::text, a.attstorage)
  FROM relations r JOIN pg_attribute a ON a.attrelid = r.oid AND a.attnum > 0 AND NOT a.attisdropped
  LEFT JOIN pg_attrdef d ON d.adrelid = a.attrelid AND d.adnum = a.attnum
  UNION ALL
  SELECT format('constraint %s.%s %s %s validated=%s deferrable=%s deferred=%s', s.nspname,
                coalesce(k.conrelid::regclass::text, k.contypid::regtype::text), k.conname,
                pg_get_constraintdef(k.oid), k.convalidated, k.condeferrable, k.condeferred)
  FROM pg_constraint k JOIN schemas s ON s.oid = k.connamespace
  UNION ALL
  SELECT format('index %s valid=%s ready=%s replident=%s clustered=%s', pg_get_indexdef(i.indexrelid), i.indisvalid,
                i.indisready, i.indisreplident, i.indisclustered)
  FROM pg_index i JOIN relations r ON r.oid = i.indexrelid
  UNION ALL
  SELECT format('inherits %s.%s from %s', r.nspname, r.relname, h.inhparent::regclass)
  FROM pg_inherits h JOIN relations r ON r.oid = h.inhrelid
  UNION ALL
  SELECT format('trigger %s enabled=%s', pg_get_triggerdef(t.oid), t.tgenabled)
  FROM pg_trigger t JOIN relations r ON r.oid = t.tgrelid WHERE NOT t.tgisinternal
  UNION ALL
  SELECT format('rule %s enabled=%s', pg_get_ruledef(w.oid), w.ev_enabled)
  FROM pg_rewrite w JOIN relations r ON r.oid = w.ev_class
  UNION ALL
  SELECT format('policy %s.%s %s %s permissive=%s roles=%s using=%s check=%s', r.nspname, r.relname, p.polname, p.polcmd,
                p.polpermissive, p.polroles::regrole[]::text, pg_get_expr(p.polqual, p.polrelid),
                pg_get_expr(p.polwithcheck, p.polrelid))
  FROM pg_policy p JOIN relations r ON r.oid = p.polrelid
  UNION ALL
  SELECT format('sequence %s.%s type=%s start=%s step=%s max=%s min=%s cache=%s cycle=%s', r.nspname, r.relname,
                q.seqtypid::regtype, q.seqstart, q.seqincrement, q.seqmax, q.seqmin, q.seqcache, q.seqcycle)
  FROM pg_sequence q JOIN relations r ON r.oid = q.seqrelid
  UNION ALL
  SELECT format('function %s.%s(%s) kind=%s returns=%s owner=%s acl=%s definer=%s volatile=%s strict=%s config=%s body=%s',
                s.nspname, p.proname, pg_get_function_identity_arguments(p.oid), p.prokind, p.prorettype::regtype,
                p.proowner::regrole, p.proacl::text, p.prosecdef, p.provolatile, p.proisstrict, p.proconfig::text,
                md5(CASE WHEN p.prokind IN ('f', 'p') THEN pg_get_functiondef(p.oid) ELSE p.prosrc END))
  FROM pg_proc p JOIN schemas s ON s.oid = p.pronamespace
  UNION ALL
  SELECT format('type %s.%s kind=%s owner=%s base=%s notnull=%s default=%s', s.nspname, t.typname, t.typtype,
                t.typowner::regrole, format_type(t.typbasetype, t.typtypmod), t.typnotnull, t.typdefault)
  FROM pg_type t JOIN schemas s ON s.oid = t.typnamespace
  UNION ALL
  SELECT format('label %s.%s %s %s', s.nspname, t.typname, e.enumsortorder, e.enumlabel)
  FROM pg_enum e JOIN pg_type t ON t.oid = e.enumtypid JOIN schemas s ON s.oid = t.typnamespace
  UNION ALL
  SELECT format('statistics %s', pg_get_statisticsobjdef(x.oid))
  FROM pg_statistic_ext x JOIN schemas s ON s.oid = x.stxnamespace
  UNION ALL
  SELECT format('comment %s.%s.%s %s', r.nspname, r.relname, c.objsubid, md5(c.description))
  FROM pg_description c JOIN relations r ON r.oid = c.objoid AND c.classoid = 'pg_class'::regclass
) facts
ORDER BY line COLLATE "C"
)sql";

}  // namespace orchestrate
