#pragma once

#include <chrono>
#include <span>
#include <vector>

#include "orchestrate/stage.hpp"
#include "rehearsal/rehearse.hpp"

namespace orchestrate {

/// Keys of the stage `rehearsal` that say how the project is led away from production, and what the copy may take;
/// whatever builds or migrates a copy obeys them.
std::span<const Key> rehearsal_place_keys();

/// How a copy is made that is to be migrated, by these settings; without a dump.
rehearsal::Blueprint rehearsal_blueprint(const Application& application, const Settings& settings);

/// Those of the policy's rehearsal; none where its pipeline has no such stage.
Settings rehearsal_settings(const Policy& policy);

/// A command of the project for it: the enclosure is added by whoever has the copy.
Command rehearsal_command(const StageContext& context, Argv argv, std::chrono::milliseconds limit);

/// The project did not come to the copy: what is to be said of it.
Outcome no_contact(const StageContext& context, const Exit& exit);

}  // namespace orchestrate
