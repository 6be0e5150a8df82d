#pragma once

#include <chrono>
#include <optional>
#include <string>
#include <vector>

#include "backup/inventory.hpp"
#include "orchestrate/ledger.hpp"

namespace orchestrate::backup {

/// Below this no policy may go.
inline constexpr std::size_t least_kept = 2;

/// Which dumps of ours are kept; what a policy does not say so of is kept for ever.
struct RetentionRule {
  std::size_t keep = least_kept;                      ///< verified ones, the newest
  std::optional<std::chrono::milliseconds> keep_for;  ///< and those that are younger
  Level level = Level::intact;                        ///< how far the newest must be proven before any is removed
};

enum class Fate { kept, removed };
std::string_view to_string(Fate fate);

struct Decision {
  Stored dump;
  Fate fate = Fate::kept;
  std::string reason;
};

struct Retention {
  std::string standstill;           ///< why nothing at all is removed now; empty: the rule holds
  std::vector<Decision> decisions;  ///< the newest dump first
};

/// Which dumps of one directory are kept, and why. Only what is verified counts or is removed. Nothing is removed while
/// one is damaged, while the newest is not proven, or while the clock is in doubt.
Retention decide(std::vector<Stored> dumps, const RetentionRule& rule, Time now, const BackupMemory& memory);

}  // namespace orchestrate::backup
