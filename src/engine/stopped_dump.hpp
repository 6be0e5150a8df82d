#pragma once

#include <optional>
#include <vector>

#include "orchestrate/policy.hpp"

namespace orchestrate {

/// A dump that a run takes before its upgrade while all services are stopped: what it lacks, no service wrote.
struct StoppedDump {
  const StageSpec* take = nullptr;
  std::vector<const StageSpec*> stops;  ///< before it
};

/// The last such one of the pipeline. No service is started before post-check: that is for `needs` to see to.
std::optional<StoppedDump> stopped_dump(const Policy& policy);

}  // namespace orchestrate
