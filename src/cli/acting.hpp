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
void tell_half_done(const Run& run);

/// Whether what the policy's on_failure says of a dead run is done next; else its end names the command for that.
enum class Follow { nothing, way_back };

/// One application opened to change it: locked on this host, its ledger open for writing. Throws Error: `denied` where
/// the pipeline needs rights that we lack, `busy` where a run is under way.
class Acting {
 public:
  /// `command` is what was typed, such as "apply magikal-bot".
  Acting(Loaded loaded, const Arguments& arguments, const std::string& command);

  Session& session() { return session_; }
  Ledger& ledger() { return *ledger_; }
  const Plan& plan() const { return plan_; }
  const Arguments& arguments() const { return arguments_; }

  /// From now on another plan is run, of the same application.
  void turn_to(Loaded loaded);

  /// Throws Error (`busy`) when no upgrade may begin now.
  void check_window(const std::string& doing);

  /// How a run that lacks its end ended, from what git, the database and systemd say. The ends of its stages are in the
  /// ledger then, its own is not: it may go on.
  Task<Run> judge(std::string id);
  /// Judges it and gives it its end; that is told on stderr.
  Task<Run> recover(std::string id, Follow follow);
  /// Asks what the policy's on_failure makes of a run that is judged to be half done, or that was not gone back from,
  /// and gives it its end with that.
  Task<Run> answer(Run run);
  /// Fills in what every request says of us, the policy and the plan.
  RunCreated complete(RunCreated request);
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
