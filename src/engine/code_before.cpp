#include "engine/code_before.hpp"

#include "orchestrate/evidence.hpp"

namespace orchestrate {

std::optional<std::string> code_before(const Run& run, const Ledger& ledger) {
  std::optional<std::string> commit;
  for (const Event& event : ledger.providing(evidence::services_healthy)) {
    if (event.run == run.id || event.at >= run.started_at) break;
    commit.reset();
    for (const Evidence& proof : std::get<StageFinished>(event.body).outcome.evidence)
      if (proof.name == evidence::code_running) commit = proof.facts.text_or("commit");
  }
  return commit;
}

}  // namespace orchestrate
