#include "engine/newest_upgrade.hpp"

#include <algorithm>

#include "engine/phase.hpp"
#include "orchestrate/evidence.hpp"

namespace orchestrate {

namespace {

constexpr std::size_t far_enough = 100;

bool changed_itself(const Run& run) {
  return has_changed_database(run) && run.fact(fact::finishes).is_null();
}

}  // namespace

std::optional<Run> newest_upgrade(const RunHistory& history) {
  for (const std::string& id : history.runs(far_enough)) {
    Run run = replay(history.events(id));
    if (!run.finished || run.aborted || phase_of(run) == Phase::before_upgrade) continue;
    if (run.finished->result == Result::held || run.finished->result == Result::succeeded) return run;
  }
  return std::nullopt;
}

/// One that was left half done is among the newest: until a person has answered for it, hardly any other begins.
std::vector<Run> changing_runs(const Ledger& ledger, std::size_t most) {
  std::vector<std::string> seen = ledger.runs(far_enough);
  std::vector<Run> changing;
  for (const std::string& id : seen) {
    Run run = replay(ledger.events(id));
    if (changing.size() < most && changed_itself(run)) changing.push_back(std::move(run));
  }
  const std::vector<Event> upgrades = ledger.providing(evidence::upgrade_done);
  for (auto event = upgrades.rbegin(); event != upgrades.rend() && changing.size() < most; ++event) {
    if (std::ranges::find(seen, event->run) != seen.end()) continue;
    seen.push_back(event->run);
    changing.push_back(replay(ledger.events(event->run)));
  }
  return changing;
}

}  // namespace orchestrate
