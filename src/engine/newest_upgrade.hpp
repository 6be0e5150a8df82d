#pragma once

#include <optional>
#include <vector>

#include "orchestrate/ledger.hpp"

namespace orchestrate {

/// The newest run that has ended and whose migration left something, or may have, and for which nobody has answered
/// with `abort`.
std::optional<Run> newest_upgrade(const RunHistory& history);

/// Runs that changed the database themselves, or may have, the newest first, `most` at most. What only finished the
/// stages of another one is none.
std::vector<Run> changing_runs(const Ledger& ledger, std::size_t most);

}  // namespace orchestrate
