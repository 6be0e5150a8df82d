#pragma once

#include <chrono>
#include <functional>
#include <map>
#include <set>
#include <string>
#include <vector>

#include "engine/execute.hpp"
#include "orchestrate/evidence.hpp"

/// The world of the engine's tests: stages that say what they are told to, and ports that record.
namespace orchestrate::fake {

/// What a stage of a test does; by stage name.
using Script = std::map<std::string, std::function<Task<Outcome>(StageContext&)>>;

/// The kinds that a real pipeline has, with the same needs, and stages that follow the script. The script must outlive
/// the plan.
std::vector<const StageKind*> kinds();
Policy policy(const std::vector<std::string>& pipeline);

/// Runs a plan of `pipeline` with the script; stages that it does not mention pass with the evidence of their kind.
struct Trial {
  Script script;
  std::vector<std::string> pipeline = {"preflight", "backup",     "review",  "restore_point",
                                       "upgrade",   "post_check", "restart", "journal"};
  std::optional<std::string> lock_holder;  ///< who has the database lock
  bool lock_is_lost = false;               ///< before the upgrade
  bool upgrade_loses_lock = false;         ///< once the stage `upgrade` has begun
  std::optional<std::string> finishes;     ///< an earlier run
  std::optional<Resumption> resumption;
  OnFailure on_failure;
  std::string verb = "apply";
  std::filesystem::path outputs = "/nowhere";
  std::size_t ledger_fails_after = SIZE_MAX;  ///< events
  Interrupt interrupt;

  Run run();

  std::vector<std::string> ran;     ///< stages, in order
  std::set<std::string> ended;      ///< stages whose end is in the ledger
  std::vector<std::string> ledger;  ///< event types, as they became durable
  std::vector<std::string> started_units, notices;
};

Outcome passed(std::vector<Evidence> evidence = {});
Outcome failed(std::string summary = "broken");
Evidence pending(std::vector<std::string> revisions);

}  // namespace orchestrate::fake
