#pragma once

#include <chrono>
#include <cstdint>
#include <map>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "rehearsal/recorder.hpp"
#include "review/work.hpp"

namespace orchestrate::rehearsal {

using Duration = std::chrono::microseconds;

/// Tables that were there before, by oid, as `cfg.panels`: who uses them is hindered by a lock.
using Tables = std::map<std::int64_t, std::string>;

struct TakenLock {
  std::string table;
  Lock lock = Lock::none;
  bool operator==(const TakenLock&) const = default;
};

/// Rows that a statement wrote, or that a foreign key or a trigger wrote because of it.
struct RowChange {
  std::string operation;  ///< `INSERT`, `UPDATE`, `DELETE`, `MERGE`
  std::string table;
  std::uint64_t rows = 0;
  bool operator==(const RowChange&) const = default;
};

/// What was dropped: because the statement names it, or because something depends on it.
struct Victim {
  std::string type, name;  ///< `table column`, `cfg.panels.title`
  bool is_named = false;
  std::string of;  ///< the table that was there before, which it is or of which it is a column; empty: neither
  bool operator==(const Victim&) const = default;
};

struct Rewrite {
  std::string table;
  std::uint64_t bytes = 0;  ///< of the table before, with indexes and TOAST
  bool operator==(const Rewrite&) const = default;
};

/// A statement of the project as its server saw it.
struct RecordedStatement {
  std::string sql;
  std::string revision;  ///< in which it ran; empty: in none
  Duration took{0};
  std::vector<TakenLock> locks;  ///< that its transaction did not hold before, but for those of readers
  std::vector<RowChange> changes;
  std::vector<Victim> dropped;
  std::vector<Rewrite> rewrites;
  std::string error;  ///< empty: it succeeded
};

/// How long a table's users waited at most: from the statement that took the lock to the end of its transaction.
struct LockWindow {
  std::string table;
  Lock lock = Lock::none;
  Duration held{0};
  std::size_t statement = 0;  ///< that took it
  std::size_t last = 0;       ///< that ran while it was held
};

struct Recording {
  std::vector<RecordedStatement> statements;
  std::vector<LockWindow> windows;  ///< of each table the longest of each lock that hinders writers or readers
  Duration took{0};                 ///< of all statements together
};

/// What ran, from the log's lines of one phase.
Recording recording_of(std::span<const LogLine> lines, const Tables& before, Direction direction);

}  // namespace orchestrate::rehearsal
