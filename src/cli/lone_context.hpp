#pragma once

#include <vector>

#include "cli/session.hpp"
#include "orchestrate/stage.hpp"

namespace orchestrate::cli {

/// What a stage sees that only looks, outside any run and without its lock: it may be asked while a run is under way.
struct LoneContext {
  Run run;
  std::vector<Approval> approvals;
  std::vector<AppliedRevision> applied;
  GateMemory gate;
  BackupMemory backups;

  /// As long as this and the session live.
  StageContext of(Session& session);
};

}  // namespace orchestrate::cli
