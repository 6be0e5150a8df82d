#pragma once

#include <map>
#include <optional>
#include <string>

#include "orchestrate/ledger.hpp"
#include "orchestrate/policy.hpp"
#include "orchestrate/ports.hpp"

namespace orchestrate {

/// What decides, beside the run and its policy, whether it goes back without a person.
struct Circumstances {
  std::optional<std::string> code;         ///< that ran healthy before the run
  std::map<std::string, UnitState> units;  ///< of the policy, now
  std::optional<std::string> unknown;      ///< why one of these cannot be told
  bool asked_to_stop = false;              ///< somebody is there
  std::optional<std::string> tried;        ///< the run that went back already, or tried to
  Time watched_since;                      ///< when the process began that watches it
};

/// Fact `on_failure` of a run that is about to end held, all its stages judged; null where the policy has no word about
/// it. `way_back` is the id of the run that would go back. Pure.
Json answer_to_failure(const Run& run, const Policy& policy, const Circumstances& around, const std::string& way_back);

/// Asks systemd and the ledger, then the above. Never throws: what cannot be asked holds.
Task<Json> ask_on_failure(const Run& run, const Policy& policy, ServiceManager& services, const Ledger& ledger,
                          Circumstances around, std::string way_back);

/// Whether the run ended held and another one is to go back, or was.
bool goes_back(const Run& run);

/// The end of a half-done run of which nobody has asked yet what the policy makes of it: its next command does.
RunFinished told_with_offer(RunFinished end, const Run& run, const Policy& policy);

/// The run's end with what its fact `on_failure` says.
RunFinished told_with_answer(RunFinished end, const Run& run);

}  // namespace orchestrate
