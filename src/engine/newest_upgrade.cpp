#include "engine/newest_upgrade.hpp"

#include "engine/phase.hpp"

namespace orchestrate {

std::optional<Run> newest_upgrade(const RunHistory& history) {
  constexpr std::size_t far_enough = 100;
  for (const std::string& id : history.runs(far_enough)) {
    Run run = replay(history.events(id));
    if (!run.finished || run.aborted || phase_of(run) == Phase::before_upgrade) continue;
    if (run.finished->result == Result::held || run.finished->result == Result::succeeded) return run;
  }
  return std::nullopt;
}

}  // namespace orchestrate
