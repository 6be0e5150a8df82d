#pragma once

#include <chrono>
#include <filesystem>
#include <optional>
#include <string>
#include <vector>

#include "backup/proof.hpp"
#include "orchestrate/policy.hpp"

namespace orchestrate::backup {

/// A backup that a policy's stages made or watch, as far as it can be known without reading it.
struct Stored {
  std::filesystem::path path;
  Origin origin = Origin::check;
  std::uint64_t size = 0;
  Time taken_at;
  Level level = Level::written;  ///< the highest that was ever proven of these bytes
  std::optional<Time> proven_at;
  std::optional<std::chrono::milliseconds> cost;  ///< of restoring it
  std::vector<std::string> revisions;             ///< that it holds; of dumps of ours
  std::string run;                                ///< that took it
  std::string trouble;                            ///< why it is none: its bytes are gone, or others; empty: it is one
  bool is_gone = false;                           ///< only its manifest is there
  std::string damaged;                            ///< what the newest look at its bytes found; empty: nothing
  std::string database, sha256;                   ///< of dumps of ours
  bool operator==(const Stored&) const = default;
};

/// Those that a stage with `take: directory` made, the newest first.
std::vector<Stored> taken_in(const std::filesystem::path& directory, const std::string& app,
                             const std::vector<Json>& proofs);
/// Those of all `backup` stages, the newest first. `proofs` are facts of evidence, the oldest first, as the ledger has
/// them: what was said of other bytes says nothing of these.
std::vector<Stored> inventory(const Policy& policy, const std::vector<Json>& proofs);

}  // namespace orchestrate::backup
