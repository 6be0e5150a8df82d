#pragma once

#include <memory>
#include <optional>
#include <string>

#include "cli/arguments.hpp"
#include "cli/place.hpp"
#include "cli/session.hpp"
#include "engine/execute.hpp"
#include "orchestrate/ledger.hpp"
#include "system/state_lock.hpp"

namespace orchestrate::cli {

/// "uid 0 (root, by sudo from ana)": who typed it, or for whom a worker acts. To be asked before the process becomes
/// the policy's user.
std::string asked_by(const Arguments& arguments);

/// On stderr; for a worker also what systemd, and so the daemon, is told of it.
void tell(const std::string& text);

/// Why nothing goes on: an upgrade that was left half done waits for a person.
void tell_half_done(const std::string& run);

/// One application opened to change it: locked on this host, its ledger open for writing. Throws Error: `denied` where
/// the pipeline needs rights that we lack, `busy` where a run is under way.
class Acting {
 public:
  /// `command` is what was typed, such as "apply magikal-bot".
  Acting(Loaded loaded, const Arguments& arguments, const std::string& command);

  Session& session() { return session_; }
  Ledger& ledger() { return *ledger_; }
  const Plan& plan() const { return plan_; }

  /// Throws Error (`busy`) when no upgrade may begin now.
  void check_window(const std::string& doing);

  /// How a run that lacks its end ended, from what git, the database and systemd say. The ends of its stages are in the
  /// ledger then, its own is not: it may go on.
  Task<Run> judge(std::string id);
  /// Judges it and gives it its end; that is told on stderr.
  Task<Run> recover(std::string id);
  /// Runs the plan and shows it. `finishes` and `resumption` as in Execution.
  Task<Run> execute(std::string id, RunCreated request, std::optional<std::string> finishes,
                    std::optional<Resumption> resumption);

 private:
  const Arguments& arguments_;
  Plan plan_;
  Session session_;
  system::StateLock lock_;
  std::unique_ptr<Ledger> ledger_;
};

}  // namespace orchestrate::cli
