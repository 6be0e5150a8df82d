#include "engine/backup_memory.hpp"

#include <algorithm>

#include "engine/newest_upgrade.hpp"
#include "orchestrate/evidence.hpp"

namespace orchestrate {
namespace {

/// So that the disk of somebody who never confirms does not fill.
constexpr std::size_t most_pinned_runs = 3;

/// What is found out about dumps, and when: a stage's own evidence tells no time of a restore or of damage.
std::vector<std::pair<Time, Json>> findings_in(const Ledger& ledger) {
  std::vector<std::pair<Time, Json>> found;
  for (const std::string_view name : {evidence::backup_intact, evidence::backup_damaged})
    for (const Event& event : ledger.providing(name))
      for (const Evidence& proof : std::get<StageFinished>(event.body).outcome.evidence)
        if (proof.name.starts_with("backup.")) found.emplace_back(event.at, proof.facts);
  for (const BackupVerification& night : ledger.verifications()) {
    if (!night.proof.is_null()) found.emplace_back(night.at, night.proof);
    if (!night.damaged.empty())
      found.emplace_back(night.at, Json::object({{"path", night.damaged}, {"damaged", night.summary}}));
  }
  return found;
}

std::vector<BackupPin> pins_in(const Ledger& ledger) {
  std::vector<BackupPin> pins;
  for (const Run& run : changing_runs(ledger, most_pinned_runs)) {
    if (run.confirmed) break;
    for (const StageRecord& stage : run.stages)
      for (const Evidence& proof : stage.outcome.evidence)
        if (proof.name == evidence::backup_intact) pins.push_back({proof.facts.text_or("path"), run.id});
  }
  return pins;
}

}  // namespace

BackupMemory backup_memory(const Ledger& ledger) {
  auto found = findings_in(ledger);
  std::ranges::stable_sort(found, {}, &std::pair<Time, Json>::first);
  BackupMemory memory{.pins = pins_in(ledger), .last_expiry = ledger.last_expiry()};
  for (auto& [at, facts] : found) memory.proofs.push_back(std::move(facts));
  return memory;
}

}  // namespace orchestrate
