#pragma once

#include <chrono>
#include <filesystem>
#include <memory>
#include <string>
#include <vector>

#include "backup/prove_restored.hpp"
#include "orchestrate/stage.hpp"

namespace orchestrate {

inline constexpr std::chrono::seconds backup_timeout = std::chrono::hours(2);

/// How far the policy wants a dump to be proven, and how long that may take.
struct Wanted {
  backup::Level level = backup::Level::intact;
  std::chrono::milliseconds limit{backup_timeout};
  std::shared_ptr<scratch::Cluster> server;  ///< to restore into, where that is made already; it is ended
};
Wanted wanted_of(const StageSpec& backup);

/// For people: what is done to a dump.
std::string how_far(const Wanted& wanted);

bool is_at(const Outcome& outcome, backup::Level level);

/// Restores what is intact, where that is wanted and has not been done.
Task<Outcome> proven_further(StageContext& context, backup::Proof proof, Outcome outcome, Wanted wanted);

/// That its bytes are not good, to be remembered until they are proven again.
Evidence damage(const std::filesystem::path& dump, const std::string& why);

Outcome refused(const std::string& subject, const std::vector<backup::Refusal>& reasons);

}  // namespace orchestrate
