#pragma once

#include <optional>

#include "orchestrate/outcome.hpp"
#include "orchestrate/stage.hpp"
#include "schema/statement_counts.hpp"

namespace orchestrate {

/// What the server counts while the real migration runs, to be compared with the rehearsal of the same files: where it
/// counts statements, and there was such a rehearsal. It hinders no migration: what it cannot read is not told.
class UpgradeRecord {
 public:
  explicit UpgradeRecord(StageContext& context) : context_(context) {}

  /// Before each attempt.
  Task<> begin();
  /// After one that succeeded: adds to its summary and details, and is a fact of the run.
  Task<> tell(Outcome& outcome);

 private:
  Task<> compare(Outcome& outcome);

  StageContext& context_;
  std::optional<StatementCounts> before_;
};

}  // namespace orchestrate
