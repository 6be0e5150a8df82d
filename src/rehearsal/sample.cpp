#include "rehearsal/sample.hpp"

#include <algorithm>
#include <set>
#include <utility>

#include <fmt/format.h>

#include "orchestrate/error.hpp"

namespace orchestrate::rehearsal {
namespace {

constexpr std::uint64_t least_part = 256 << 10;  // bytes of a table
constexpr double hashes = 1 << 20;

const std::string whole_names = "SET search_path = pg_catalog";

const std::string sizes_sql = R"sql(
SELECT c.oid::regclass::text, coalesce(pg_total_relation_size(c.oid), 0)
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

// By the operators of the key: an extension's type may have its own. Children by inheritance are no part of a key.
const std::string keys_sql = R"sql(
SELECT coalesce(pg_partition_root(f.conrelid), f.conrelid)::regclass,
  coalesce(pg_partition_root(f.confrelid), f.confrelid)::regclass,
  format('%s%s AS child', CASE WHEN t.relkind = 'r' THEN 'ONLY ' END, f.conrelid::regclass),
  coalesce(string_agg(format('%I = NULL', c.attname), ', ') FILTER (WHERE NOT c.attnotnull), ''),
  format('%s AND NOT EXISTS (SELECT FROM %s%s AS parent WHERE %s)',
         string_agg(format('child.%I IS NOT NULL', c.attname), ' AND '),
         CASE WHEN r.relkind = 'r' THEN 'ONLY ' END, f.confrelid::regclass,
         string_agg(format('parent.%I OPERATOR(%I.%s) child.%I', p.attname, n.nspname, o.oprname, c.attname), ' AND '))
FROM pg_constraint f JOIN pg_class t ON t.oid = f.conrelid JOIN pg_class r ON r.oid = f.confrelid,
  unnest(f.conkey, f.confkey, f.conpfeqop) AS k(child, parent, equal)
  JOIN pg_operator o ON o.oid = k.equal JOIN pg_namespace n ON n.oid = o.oprnamespace,
  pg_attribute c, pg_attribute p
WHERE f.contype = 'f' AND f.convalidated AND f.conparentid = 0
  AND c.attrelid = f.conrelid AND c.attnum = k.child AND p.attrelid = f.confrelid AND p.attnum = k.parent
GROUP BY f.oid, f.conrelid, f.confrelid, t.relkind, r.relkind)sql";

/// nullopt: the copy does not let it happen, be it for a CHECK or since the dump is from before the key.
Task<std::optional<std::uint64_t>> rows_of(Database& copy, std::string statement, std::stop_token stop) {
  const std::string sql = fmt::format("WITH done AS ({} RETURNING 1) SELECT count(*) FROM done", statement);
  try {
    const Rows done = co_await copy.query(sql, stop);
    co_return std::stoull(done.rows.at(0).at(0).value());
  } catch (const Error& error) {
    if (error.kind() == ErrorKind::stopped) throw;
  }
  co_return std::nullopt;
}

/// How many rows went.
Task<std::uint64_t> remove_orphans_of(Database& copy, ForeignKey key, std::stop_token stop) {
  if (!key.nulls.empty()) {
    std::string update = fmt::format("UPDATE {} SET {} WHERE {}", key.target, key.nulls, key.is_orphan);
    const auto changed = co_await rows_of(copy, std::move(update), stop);
    if (changed) co_return 0;
  }
  std::string deletion = fmt::format("DELETE FROM {} WHERE {}", key.target, key.is_orphan);
  const auto gone = co_await rows_of(copy, std::move(deletion), stop);
  co_return gone.value_or(0);
}

Task<bool> is_there(Database& copy, std::string table, std::stop_token stop) {
  const std::string sql = "SELECT to_regclass($1) IS NOT NULL";
  const std::vector<std::string> name = {std::move(table)};
  const Rows answer = co_await copy.query(sql, name, stop);
  co_return answer.rows.at(0).at(0) == "t";
}

/// A partitioned table has the smallest share of its parts.
Task<> add_partitioned_tables(Database& copy, Shares& shares, std::stop_token stop) {
  const std::string sql = "SELECT pg_partition_root(to_regclass($1))::regclass::text";
  const Shares parts = shares;
  for (const auto& [part, share] : parts) {
    const std::vector<std::string> name = {part};
    const Rows root = co_await copy.query(sql, name, stop);
    if (!root.rows.at(0).at(0)) continue;
    const auto [known, is_new] = shares.try_emplace(*root.rows.at(0).at(0), share);
    known->second = std::min(known->second, share);
  }
}

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
  co_await copy.query(whole_names, stop);
  for (const auto& [table, share] : shares) {
    const bool is_known = co_await is_there(copy, table, stop);
    if (!is_known) continue;
    const std::string sql = fmt::format(
        "CREATE TRIGGER orchestrate_sample BEFORE INSERT ON {} FOR EACH ROW EXECUTE FUNCTION "
        "orchestrate_sample.keep({})",
        table, std::max(static_cast<std::int64_t>(share * hashes), std::int64_t{1}));
    co_await copy.query(sql, stop);
  }
}

Task<> end_sampling(Database& copy, std::stop_token stop) {
  const std::string sql = "DROP SCHEMA orchestrate_sample CASCADE";
  co_await copy.query(sql, stop);
}

Task<std::vector<ForeignKey>> foreign_keys(Database& production, std::stop_token stop) {
  co_await production.query(whole_names, stop);
  const Rows rows = co_await production.query(keys_sql, stop);
  std::vector<ForeignKey> keys;
  for (const auto& row : rows.rows)
    keys.push_back({.child = row.at(0).value(),
                    .parent = row.at(1).value(),
                    .target = row.at(2).value(),
                    .nulls = row.at(3).value(),
                    .is_orphan = row.at(4).value()});
  co_return keys;
}

Task<Shares> remove_orphans(Database& copy, std::vector<ForeignKey> keys, Shares shares, std::stop_token stop) {
  const std::string not_counted = "SET track_counts = off";  // what the sample leaves out was not deleted by anybody
  co_await copy.query(not_counted, stop);
  std::map<std::string, std::uint64_t> gone;  // by target
  std::set<std::string> poorer;               // tables that lost rows in the last round: others cannot have new orphans
  for (bool is_first = true; is_first || !poorer.empty(); is_first = false) {
    const std::set<std::string> before = std::exchange(poorer, {});
    for (const ForeignKey& key : keys) {
      if (!is_first && !before.contains(key.parent)) continue;
      ForeignKey one = key;
      const std::uint64_t rows = co_await remove_orphans_of(copy, std::move(one), stop);
      if (rows == 0) continue;
      gone[key.target] += rows;
      poorer.insert(key.child);
    }
  }
  for (const ForeignKey& key : keys) {
    const auto lost = gone.find(key.target);
    if (lost == gone.end()) continue;
    const std::string count = "SELECT count(*) FROM " + key.target;
    const Rows left = co_await copy.query(count, stop);
    const auto kept = static_cast<double>(std::stoull(left.rows.at(0).at(0).value()));
    const auto [share, is_new] = shares.try_emplace(key.child, 1);
    share->second *= kept / (kept + static_cast<double>(lost->second));
    gone.erase(lost);
  }
  co_await add_partitioned_tables(copy, shares, stop);
  co_return shares;
}

}  // namespace orchestrate::rehearsal
