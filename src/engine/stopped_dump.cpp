#include "engine/stopped_dump.hpp"

#include <algorithm>

namespace orchestrate {

std::optional<StoppedDump> stopped_dump(const Policy& policy) {
  std::optional<StoppedDump> found;
  std::vector<UnitName> running = policy.units();
  if (running.empty()) return found;  // nobody knows who writes
  std::vector<const StageSpec*> stops;
  for (const StageSpec& stage : policy.pipeline) {
    if (stage.kind == "upgrade") return found;
    if (stage.kind == "stop") {
      stops.push_back(&stage);
      const auto& units = stage.settings.has("units") ? stage.settings.units("units") : policy.services;
      std::erase_if(running, [&](const UnitName& unit) { return std::ranges::find(units, unit) != units.end(); });
    }
    if (stage.kind == "backup" && stage.settings.has("take") && running.empty()) found = StoppedDump{&stage, stops};
  }
  return std::nullopt;
}

}  // namespace orchestrate
