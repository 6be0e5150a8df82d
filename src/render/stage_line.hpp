#pragma once

#include <cstddef>
#include <string>
#include <string_view>

#include "orchestrate/run.hpp"
#include "render/style.hpp"

namespace orchestrate {

/// What stands before a stage's name: `ok`, `!`, `FAIL`, `..` (running), `-` (not reached).
struct Mark {
  std::string_view text;
  Tone tone = Tone::faint;
};

/// One line of the stage tree, its texts already printable.
struct StageLine {
  Mark mark;
  std::string name, duration, summary;
};

/// `  ok  preflight        0.2 s  14 checks`, without a line end; `name_columns` is that of the whole tree.
std::string stage_line(const StageLine& line, std::size_t name_columns, Style style);

/// Columns for the names of the run's stages.
std::size_t name_columns(const Run& run);

/// `restore_point` as people read it.
std::string stage_label(std::string_view name);

}  // namespace orchestrate
