#pragma once

#include <string>

#include "orchestrate/run.hpp"
#include "render/style.hpp"

namespace orchestrate {

/// How much stands below a stage that passed: what a person should see now, or all that it found.
enum class Depth { screen, everything };

/// `magikal-bot  run 20261120-091403-7f3a  002_panels -> 003_tempvc`
std::string run_header(const Run& run, Style style);

/// A stage's line and the details and findings below it.
std::string stage_text(const Run& run, const StageRecord& stage, Style style, Depth depth);

/// The whole tree, without the result. Stages that were never reached are shown while the run is unfinished.
std::string run_text(const Run& run, Style style, Depth depth = Depth::screen);

}  // namespace orchestrate
