#pragma once

#include <string>
#include <vector>

#include "orchestrate/json.hpp"
#include "rehearsal/rehearse.hpp"

namespace orchestrate::rehearsal {

/// For people, a line each: what it locked and for how long, rewrote, lost and changed.
std::vector<std::string> lines_of(const Rehearsed& rehearsed);

/// `003_tempvc 41 ms; cfg.panels locked 6 ms; way back works`.
std::string summary_of(const Rehearsed& rehearsed);

/// How many statements are told at most.
inline constexpr std::size_t most_statements = 1000;
/// For the ledger: SQL is without its literals.
Json facts_of(const Rehearsed& rehearsed);

/// `41 ms`, `1.4 s`, `under 1 ms`.
std::string text_of(Duration duration);

}  // namespace orchestrate::rehearsal
