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

/// "uid 0 (root, by sudo from ana)": who typed it. To be asked before the process becomes the policy's user.
std::string caller();

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

  /// A run that lacks its end gets it, from what git, the database and systemd say; it is told on stderr.
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
