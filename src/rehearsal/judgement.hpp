#pragma once

#include <chrono>
#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "orchestrate/finding.hpp"
#include "rehearsal/rehearse.hpp"
#include "review/rule.hpp"

namespace orchestrate::rehearsal {

/// What the policy allows; none: anything.
struct Bounds {
  std::optional<std::chrono::milliseconds> lock;      ///< that a table's users may wait
  std::optional<std::chrono::milliseconds> duration;  ///< of all statements
  std::optional<std::uint64_t> rewrite;               ///< bytes of one table
};

/// What a rehearsal says about the revisions, beside what their text does: over a bound, destroyed and not seen in the
/// text, seen there and not run, no way back. `read` are the revisions as the review followed them; their files and
/// hashes are what a finding names.
std::vector<Finding> findings_of(const Rehearsed& rehearsed, std::span<const ReadRevision> read, const Bounds& bounds);

/// For people, a line each: what it locked and for how long, rewrote, lost and changed.
std::vector<std::string> lines_of(const Rehearsed& rehearsed);

/// `003_tempvc 41 ms; cfg.panels locked 6 ms; way back works`.
std::string summary_of(const Rehearsed& rehearsed);

/// For the ledger: SQL is without its literals, and a thousand statements at most are told.
Json facts_of(const Rehearsed& rehearsed);

/// `41 ms`, `1.4 s`, `under 1 ms`.
std::string text_of(Duration duration);

}  // namespace orchestrate::rehearsal
