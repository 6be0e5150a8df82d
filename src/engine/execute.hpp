#pragma once

#include <filesystem>
#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "engine/interrupt.hpp"
#include "orchestrate/ledger.hpp"
#include "orchestrate/plan.hpp"
#include "orchestrate/ports.hpp"
#include "orchestrate/run.hpp"
#include "orchestrate/run_lock.hpp"

namespace orchestrate {

/// Who watches a run: the terminal.
class Observer {
 public:
  virtual ~Observer() = default;
  virtual void on_event(const Run& run, const Event& event) = 0;
  /// A live line of the running stage; may be dropped.
  virtual void on_progress(std::string_view stage, std::string_view text) = 0;
  /// Something the operator must see even though the run goes on.
  virtual void on_notice(std::string_view text) = 0;
};

/// A run that goes on after its end: stages that have passed and are not among `event.stages` are kept.
struct Resumption {
  Run run;  ///< as its events tell it
  RunResumed event;
  Json began_at;  ///< the version rows that it began at, where they must be again; null: past its upgrade, or it never
                  ///< knew
};

/// What the loop needs from outside; everything outlives the run.
struct Execution {
  const Plan& plan;
  const Application& application;
  Ports& ports;
  Ledger& ledger;
  RunLock& lock;
  Interrupt& interrupt;
  Observer& observer;
  std::vector<Approval> approvals;
  std::vector<AppliedRevision> applied;
  GateMemory gate;
  BackupMemory backups;
  std::optional<LastRehearsal> rehearsed;  ///< when the run began
  std::string run_id;
  RunCreated request;
  std::filesystem::path outputs;  ///< directory for the children's output; empty: a dry run, which changes nothing
  std::filesystem::path state;    ///< the app's own directory; empty: a dry run
  std::optional<std::string> finishes;      ///< an earlier run that upgraded and was not brought to its end
  std::optional<Resumption> resumption;     ///< instead of `request`
  std::function<std::string()> new_run_id;  ///< for a run that goes back; only asked where this one changed something
};

/// Runs the stages in order, neighbours that only check at the same time, until one does not pass, and says in what
/// state everything is.
/// Every event is in the ledger before what it speaks of happens.
Task<Run> execute(Execution execution);

}  // namespace orchestrate
