#pragma once

#include <cstdint>
#include <optional>
#include <string>

#include "ledger/sqlite.hpp"

namespace orchestrate {

/// One row of the ledger as it is hashed.
struct ChainRow {
  std::int64_t sequence = 0;
  std::optional<std::string> run;
  std::int64_t at = 0;  ///< nanoseconds since 1970-01-01 UTC
  std::string type, body;
};

/// Hash of `row` that also vouches for every row before it.
std::string chained_hash(const std::string& previous_hash, const ChainRow& row);

/// Sequence of the first row that is missing or not as it was written.
std::optional<std::int64_t> first_broken(const Sqlite& sqlite);

}  // namespace orchestrate
