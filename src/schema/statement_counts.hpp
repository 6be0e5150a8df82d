#pragma once

#include <chrono>
#include <cstdint>
#include <map>
#include <optional>
#include <stop_token>
#include <string>
#include <vector>

#include "orchestrate/ports.hpp"

namespace orchestrate {

/// How often a statement of clients has run in a database, and for how long all in all.
struct StatementCount {
  std::string sql;  ///< as the server keeps it: some literals are `$1` there
  std::uint64_t calls = 0;
  std::chrono::microseconds took{0};
  bool operator==(const StatementCount&) const = default;
};

/// By the server's own name for it: role and query.
using StatementCounts = std::map<std::string, StatementCount>;

/// What pg_stat_statements has counted in this database of the roles that ours may see; nullopt: it is not there, does
/// not count everything, or not for us.
Task<std::optional<StatementCounts>> statement_counts(Database& database, std::stop_token stop);

/// What ran between the two; nullopt: the server has forgotten some of it meanwhile.
std::optional<std::vector<StatementCount>> counted_between(const StatementCounts& before, const StatementCounts& after);

}  // namespace orchestrate
