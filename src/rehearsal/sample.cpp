#include "rehearsal/sample.hpp"

#include <algorithm>

#include <fmt/format.h>

namespace orchestrate::rehearsal {
namespace {

constexpr std::uint64_t least_part = 256 << 10;  // bytes of a table
constexpr double hashes = 1 << 20;

const std::string whole_names = "SET search_path = pg_catalog";

const std::string sizes_sql = R"sql(
SELECT c.oid::regclass::text, pg_total_relation_size(c.oid)
FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace
WHERE c.relkind = 'r' AND c.relpersistence <> 't' AND n.nspname !~ '^pg_' AND n.nspname <> 'information_schema')sql";

// A hash of the row, so that the same dump gives the same sample. Its generated columns are not filled yet.
const std::string keep_sql = R"sql(
CREATE SCHEMA orchestrate_sample;
CREATE FUNCTION orchestrate_sample.keep() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  IF hashtextextended(NEW::text, 0) & 1048575 < TG_ARGV[0]::bigint THEN RETURN NEW; END IF;
  RETURN NULL;
END $$)sql";

// By the operators of the key: an extension's type may have its own.
const std::string orphans_sql = R"sql(
SELECT format('WITH gone AS (DELETE FROM %s AS child WHERE %s AND NOT EXISTS (SELECT FROM %s AS parent WHERE %s) RETURNING 1) '
              'SELECT count(*) FROM gone', f.conrelid::regclass,
              string_agg(format('child.%I IS NOT NULL', c.attname), ' AND '), f.confrelid::regclass,
              string_agg(format('parent.%I OPERATOR(%I.%s) child.%I', p.attname, n.nspname, o.oprname, c.attname), ' AND '))
FROM pg_constraint f, unnest(f.conkey, f.confkey, f.conpfeqop) AS k(child, parent, equal)
  JOIN pg_operator o ON o.oid = k.equal JOIN pg_namespace n ON n.oid = o.oprnamespace,
  pg_attribute c, pg_attribute p
WHERE f.contype = 'f' AND f.convalidated AND f.conparentid = 0
  AND c.attrelid = f.conrelid AND c.attnum = k.child AND p.attrelid = f.confrelid AND p.attnum = k.parent
GROUP BY f.oid, f.conrelid, f.confrelid)sql";

}  // namespace

Task<std::vector<TableSize>> table_sizes(Database& production, std::stop_token stop) {
  co_await production.query(whole_names, stop);
  const Rows rows = co_await production.query(sizes_sql, stop);
  std::vector<TableSize> sizes;
  for (const auto& row : rows.rows) sizes.push_back({row.at(0).value(), std::stoull(row.at(1).value())});
  co_return sizes;
}

std::optional<Shares> shares_within(std::span<const TableSize> tables, std::uint64_t room) {
  std::vector<std::uint64_t> sizes;
  for (const TableSize& table : tables) sizes.push_back(table.bytes);
  std::ranges::sort(sizes);
  std::uint64_t left = room, part = 0;  // for those that are larger than what was given out so far
  for (std::size_t i = 0; i < sizes.size(); ++i) {
    part = left / (sizes.size() - i);
    if (sizes[i] > part) break;
    left -= sizes[i];
  }
  Shares shares;
  for (const TableSize& table : tables)
    if (table.bytes > part) shares[table.name] = static_cast<double>(part) / static_cast<double>(table.bytes);
  if (!shares.empty() && part < least_part) return std::nullopt;
  return shares;
}

Task<> begin_sampling(Database& copy, Shares shares, std::stop_token stop) {
  co_await copy.query(keep_sql, stop);
  for (const auto& [table, share] : shares) {
    const std::string sql = fmt::format(
        "CREATE TRIGGER orchestrate_sample BEFORE INSERT ON {} FOR EACH ROW EXECUTE FUNCTION "
        "orchestrate_sample.keep({})",
        table, static_cast<std::int64_t>(share * hashes));
    co_await copy.query(sql, stop);
  }
}

Task<> end_sampling(Database& copy, std::stop_token stop) {
  const std::string sql = "DROP SCHEMA orchestrate_sample CASCADE";
  co_await copy.query(sql, stop);
}

Task<> remove_orphans(Database& production, Database& copy, std::stop_token stop) {
  co_await production.query(whole_names, stop);
  const Rows keys = co_await production.query(orphans_sql, stop);
  for (bool again = true; again;) {  // what is removed may have been referenced itself
    again = false;
    for (const auto& key : keys.rows) {
      const std::string sql = key.at(0).value();
      const Rows gone = co_await copy.query(sql, stop);
      again = again || gone.rows.at(0).at(0) != "0";
    }
  }
}

}  // namespace orchestrate::rehearsal
