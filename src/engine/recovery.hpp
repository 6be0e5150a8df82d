#pragma once

#include <vector>

#include "orchestrate/policy.hpp"
#include "orchestrate/ports.hpp"
#include "orchestrate/run.hpp"

namespace orchestrate {

/// What a run that died left unsaid: the end of its last stage, and of itself. Asks the database only when the upgrade
/// had begun, and then first waits until nothing of the run works in it any more. Throws Error when it cannot be asked:
/// the run then stays unfinished.
Task<std::vector<EventBody>> missing_events(Run run, const Application& application, Databases& databases,
                                            Clock& clock);

}  // namespace orchestrate
