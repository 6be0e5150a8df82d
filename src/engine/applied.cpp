#include "engine/applied.hpp"

#include <map>

#include "orchestrate/evidence.hpp"

namespace orchestrate {

std::vector<AppliedRevision> applied_revisions(const Ledger& ledger) {
  std::map<std::string, AppliedRevision> newest;
  for (const Event& event : ledger.providing(evidence::upgrade_done))
    for (const Evidence& proof : std::get<StageFinished>(event.body).outcome.evidence) {
      const Json& files = proof.facts["files"];
      if (proof.name != evidence::upgrade_done || !files.is_object()) continue;
      for (const auto& [id, hash] : files.as_object())
        newest.insert_or_assign(id, AppliedRevision{id, hash.as_string(), event.run, event.at});
    }
  std::vector<AppliedRevision> applied;
  for (auto& [id, revision] : newest) applied.push_back(std::move(revision));
  return applied;
}

}  // namespace orchestrate
