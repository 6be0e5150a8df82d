#pragma once

#include <string_view>

#include "review/statement.hpp"
#include "review/type_effect.hpp"

namespace orchestrate {

/// Of a table, from the weakest to the strongest; PostgreSQL's documentation, "Explicit Locking", says which conflict.
enum class Lock {
  none,
  access_share,
  row_share,
  row_exclusive,
  share_update_exclusive,  ///< hinders maintenance and other DDL only
  share,                   ///< hinders writers
  share_row_exclusive,
  exclusive,
  access_exclusive,  ///< hinders readers, too
};
/// In SQL's words: `ACCESS EXCLUSIVE`.
std::string_view to_string(Lock lock);
inline bool hinders_writers(Lock lock) {
  return lock >= Lock::share;
}

/// What PostgreSQL does to the table of a statement, as far as the statement tells, on a table that is not new. Proven
/// on a live server for each kind: tests/review/work_test.cpp.
struct Work {
  Lock lock = Lock::none;
  Lock on_references = Lock::none;  ///< of the tables in `references`
  bool scans = false;               ///< reads all of its rows, while the lock is held
  bool rewrites = false;            ///< writes all of its rows anew, with its indexes
  bool operator==(const Work&) const = default;
};
Work work_of(const Statement& statement);

/// Of a set_type, with what its USING and the database say.
TypeEffect effect_of_change(const Statement& statement);

/// Whether it takes the longer the more rows there are, on a table that is not new.
bool takes_long(const Statement& statement);

}  // namespace orchestrate
