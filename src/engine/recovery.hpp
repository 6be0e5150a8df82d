#pragma once

#include <functional>
#include <string_view>
#include <vector>

#include "orchestrate/policy.hpp"
#include "orchestrate/ports.hpp"
#include "orchestrate/run.hpp"

namespace orchestrate {

/// Whether its process died, or the database did not answer when its upgrade had failed. Not once a person has answered
/// for it.
bool lacks_its_end(const Run& run);

/// What such a run left unsaid: the end of the stages that it was in, and of itself. Asks git when a restore point
/// was to move the branch, and the database when the upgrade had begun; then it first waits until nothing of the run
/// works in it any more. Throws Error when the database cannot be asked: the run then stays unfinished. Services that
/// the run had stopped are started again where the upgrade changed nothing; `tell` hears what went wrong with that.
Task<std::vector<EventBody>> missing_events(Run run, const Application& application, Ports& ports,
                                            std::function<void(std::string_view)> tell);

}  // namespace orchestrate
