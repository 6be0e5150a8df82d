#pragma once

#include <string>

#include "orchestrate/run.hpp"
#include "render/style.hpp"

namespace orchestrate {

/// How the run ended, in what state everything is, and the next command. Says so when it has not ended.
std::string run_result_text(const Run& run, Style style);

/// One or two words for a table: `done`, `held`, `unfinished`.
std::string result_word(const Run& run);
Tone result_tone(const Run& run);

}  // namespace orchestrate
