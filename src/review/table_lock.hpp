#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "orchestrate/finding.hpp"
#include "orchestrate/names.hpp"
#include "review/work.hpp"

namespace orchestrate {

struct ReviewState;

/// What the set does to the users of one table that was there before it: a lock is kept until its transaction ends, so
/// that whatever runs until then is waited for, too.
struct TableLock {
  std::string table;             ///< as the statements name it
  Lock lock = Lock::none;        ///< the strongest, which hinders writers or readers
  Place from;                    ///< of the statement that first takes it
  std::size_t transactions = 0;  ///< that take a lock which hinders writers or readers
  std::size_t statements = 0;    ///< that run while one is held, with those that take it
  std::size_t long_ones = 0;     ///< of them those that take the longer the more rows there are
  /// Of the tables that these read or write; none: there was no database to ask, or nobody could tell.
  std::optional<std::uint64_t> bytes;
};

/// In the order in which the set first locks them.
std::vector<TableLock> table_locks(const ReviewState& state);

/// `cfg.panels: ACCESS EXCLUSIVE from 003.py:12, held while 4 statements run, 2 of which read or write rows (54 MiB)`.
std::string text_of(const TableLock& lock);

}  // namespace orchestrate
