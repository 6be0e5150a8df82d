#include "engine/last_rehearsal.hpp"

#include "orchestrate/evidence.hpp"

namespace orchestrate {

std::optional<LastRehearsal> last_rehearsal(const Ledger& ledger) {
  std::optional<LastRehearsal> last;
  for (const Event& event : ledger.providing(evidence::rehearsal_passed))
    for (const Evidence& proof : std::get<StageFinished>(event.body).outcome.evidence)
      if (proof.name == evidence::rehearsal_passed && (!last || last->at < event.at)) last = {proof.facts, event.at};
  return last;
}

}  // namespace orchestrate
