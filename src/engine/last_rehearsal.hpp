#pragma once

#include <optional>

#include "orchestrate/ledger.hpp"

namespace orchestrate {

/// The newest rehearsal that passed, by itself or in a run of the pipeline; none: there was none.
std::optional<LastRehearsal> last_rehearsal(const Ledger& ledger);

}  // namespace orchestrate
