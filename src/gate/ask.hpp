#pragma once

#include <stop_token>

#include "gate/standing.hpp"
#include "orchestrate/ledger.hpp"
#include "orchestrate/policy.hpp"
#include "orchestrate/ports.hpp"
#include "orchestrate/task.hpp"

namespace orchestrate {

/// How the database stands now to the version files. What cannot be found out is `unknown`; throws Error (`stopped`)
/// only.
Task<Standing> standing_now(const Application& application, Databases& databases, std::stop_token stop);

/// What the ledger tells. A run under way that migrates nothing, or has not begun to, hides no earlier migration.
GateMemory gate_memory(const Ledger& ledger);

}  // namespace orchestrate
