#pragma once

#include <chrono>
#include <variant>
#include <vector>

#include "backup/proof.hpp"
#include "backup/refusal.hpp"
#include "backup/restore.hpp"
#include "orchestrate/stage.hpp"

namespace orchestrate::backup {

/// How far a dump is to be proven by restoring it.
struct Attempt {
  Level level = Level::restored;
  std::chrono::milliseconds limit{0};        ///< for all of it
  std::shared_ptr<scratch::Cluster> server;  ///< where one is made already; it is ended
};

/// Why what was restored is not what was dumped; only the manifest of a dump of ours, where it counted, knows that.
std::optional<Refusal> mismatch(const std::filesystem::path& dump, const Restored& restored);

/// Restores what is intact into a throw-away server and compares what is there with its manifest, where it has one:
/// rows of every table and the revisions of its moment. Evidence `backup.restored`; `context.state` holds the server.
/// For `matched` the hashes of its moment are compared too, which only a manifest knows; that is evidence of its own.
Task<std::variant<std::vector<Evidence>, Refusal>> prove_restored(StageContext& context, Proof proof, Attempt attempt);

}  // namespace orchestrate::backup
