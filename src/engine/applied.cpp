#include "engine/applied.hpp"

#include <map>

#include "orchestrate/evidence.hpp"

namespace orchestrate {
namespace {

using Revisions = std::map<std::string, AppliedRevision>;

/// Those of the evidence `name` under `key`, in the order of the ledger.
template <class Add>
void each(const Ledger& ledger, std::string_view name, std::string_view key, const Add& add) {
  for (const Event& event : ledger.providing(name))
    for (const Evidence& proof : std::get<StageFinished>(event.body).outcome.evidence) {
      const Json& files = proof.facts[key];
      if (proof.name != name || !files.is_object()) continue;
      for (const auto& [id, hash] : files.as_object())
        add(AppliedRevision{.id = id, .file_sha256 = hash.as_string(), .run = event.run, .at = event.at});
    }
}

}  // namespace

std::vector<AppliedRevision> applied_revisions(const Ledger& ledger) {
  Revisions known;
  each(ledger, evidence::review_passed, "before", [&](AppliedRevision revision) {
    revision.was_there = true;
    known.try_emplace(revision.id, revision);
  });
  each(ledger, evidence::upgrade_done, "files",
       [&](const AppliedRevision& revision) { known.insert_or_assign(revision.id, revision); });
  std::vector<AppliedRevision> applied;
  for (auto& [id, revision] : known) applied.push_back(std::move(revision));
  return applied;
}

}  // namespace orchestrate
