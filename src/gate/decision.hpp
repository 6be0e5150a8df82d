#pragma once

#include <optional>
#include <string>

#include "gate/standing.hpp"
#include "orchestrate/ledger.hpp"
#include "orchestrate/policy.hpp"

namespace orchestrate {

/// Whether a service may start now.
struct GateDecision {
  bool open = false;
  std::string why;
  std::string next;                ///< the command that opens a closed gate; empty when there is none
  std::optional<Time> held_until;  ///< a person lets services start until then, whatever the schema is
};

/// A run that is between the beginning of its upgrade and its post-check, or that left its upgrade half done, closes
/// the gate whatever the version rows say: the schema may be neither. `now` ends an opening.
GateDecision decide(const Policy& policy, const Standing& standing, const GateMemory& memory, Time now);

}  // namespace orchestrate
