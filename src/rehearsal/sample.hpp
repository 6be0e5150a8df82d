#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <span>
#include <stop_token>
#include <string>
#include <vector>

#include "orchestrate/ports.hpp"

namespace orchestrate::rehearsal {

struct TableSize {
  std::string name;         ///< `cfg.panels`, as the catalog writes it
  std::uint64_t bytes = 0;  ///< with indexes and TOAST
};

/// Which part of its rows a copy holds of a table, between 0 and 1; of a table that is not named, all.
using Shares = std::map<std::string, double>;

/// Of production's tables.
Task<std::vector<TableSize>> table_sizes(Database& production, std::stop_token stop);

/// The large tables are cut to one size, whichever lets all of them fit into `room` bytes; small ones stay whole.
/// nullopt: what would be left of them says nothing any more.
std::optional<Shares> shares_within(std::span<const TableSize> tables, std::uint64_t room);

/// From now on the copy takes in that share of the rows that come for a table, and drops the others: always the same
/// ones of the same dump.
Task<> begin_sampling(Database& copy, Shares shares, std::stop_token stop);
Task<> end_sampling(Database& copy, std::stop_token stop);

/// One of production's, as the SQL that finds rows which reference what is not there.
struct ForeignKey {
  std::string child, parent;             ///< or the partitioned tables that they are parts of
  std::string target, nulls, is_orphan;  ///< `ONLY cfg.items AS child`, `parent = NULL`, or empty; a condition
};
Task<std::vector<ForeignKey>> foreign_keys(Database& production, std::stop_token stop);

/// The copy has no keys yet. A row that references what is not in the sample loses the reference, or goes where that
/// may not be NULL. Returns the shares that the copy has in the end, of partitioned tables too.
Task<Shares> remove_orphans(Database& copy, std::vector<ForeignKey> keys, Shares shares, std::stop_token stop);

}  // namespace orchestrate::rehearsal
