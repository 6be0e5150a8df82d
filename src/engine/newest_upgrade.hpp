#pragma once

#include <optional>

#include "orchestrate/ledger.hpp"

namespace orchestrate {

/// The newest run that has ended and whose migration left something, or may have, and for which nobody has answered
/// with `abort`.
std::optional<Run> newest_upgrade(const RunHistory& history);

}  // namespace orchestrate
