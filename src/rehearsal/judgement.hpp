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

}  // namespace orchestrate::rehearsal
