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

/// What pg_stat_statements has counted in this database.
struct StatementCounts {
  std::map<std::string, StatementCount> visible;  ///< of the roles that ours may see, by role and query
  std::uint64_t hidden = 0;                       ///< calls of others
  std::string epoch;                              ///< another one: statements were forgotten, or all was reset
};

/// nullopt: it is not there, does not count everything, or not for us.
Task<std::optional<StatementCounts>> statement_counts(Database& database, std::stop_token stop);

/// What ran between the two.
struct Counted {
  std::vector<StatementCount> statements;
  bool has_hidden = false;  ///< others ran, too
};
/// nullopt: the server has forgotten some of it meanwhile.
std::optional<Counted> counted_between(const StatementCounts& before, const StatementCounts& after);

}  // namespace orchestrate
