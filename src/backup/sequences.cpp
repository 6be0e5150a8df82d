#include "backup/sequences.hpp"

#include <algorithm>

#include <fmt/format.h>

namespace orchestrate::backup {
namespace {

constexpr const char* sequences_sql =
    "SELECT format('%I.%I', n.nspname, c.relname), s.seqincrement, s.seqcycle "
    "FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace JOIN pg_sequence s ON s.seqrelid = c.oid "
    "WHERE n.nspname !~ '^pg_' AND n.nspname <> 'information_schema' "
    "AND NOT EXISTS (SELECT 1 FROM pg_depend d WHERE d.classid = 'pg_class'::regclass AND d.objid = c.oid "
    "AND d.deptype = 'e') ORDER BY 1";
constexpr std::size_t at_once = 100;

std::string position_sql(const Sequence& sequence, std::size_t number) {
  // As numeric: the number before the first possible one is none of bigint's.
  return fmt::format(
      "SELECT {}, greatest(last_value::numeric - CASE WHEN is_called THEN 0 ELSE ({})::numeric END, "
      "-9223372036854775808)::bigint FROM {}",
      number, sequence.increment, sequence.name);
}

}  // namespace

Task<std::vector<Sequence>> sequences(Database& session, std::stop_token stop) {
  std::vector<Sequence> all;
  const Rows rows = co_await session.query(sequences_sql, stop);
  for (const auto& row : rows.rows)
    all.push_back({.name = row.at(0).value(), .increment = std::stoll(row.at(1).value()), .cycles = row.at(2) == "t"});
  co_return all;
}

Task<Positions> positions(Database& session, std::vector<Sequence> sequences, std::stop_token stop) {
  Positions all;
  for (std::size_t from = 0; from < sequences.size(); from += at_once) {
    std::string sql;
    for (std::size_t i = from; i < std::min(from + at_once, sequences.size()); ++i)
      sql += (sql.empty() ? "" : " UNION ALL ") + position_sql(sequences[i], i);
    const Rows rows = co_await session.query(sql, stop);
    for (const auto& row : rows.rows)
      all.emplace(sequences[std::stoull(row.at(0).value())].name, std::stoll(row.at(1).value()));
  }
  co_return all;
}

std::map<std::string, SequenceRange> ranges(const std::vector<Sequence>& sequences, const Positions& before,
                                            const Positions& after) {
  std::map<std::string, SequenceRange> all;
  for (const Sequence& sequence : sequences) {
    const auto [low, high] = std::minmax(before.at(sequence.name), after.at(sequence.name));
    if (low != high && sequence.cycles) continue;
    all.emplace(sequence.name, SequenceRange{low, high});
  }
  return all;
}

}  // namespace orchestrate::backup
