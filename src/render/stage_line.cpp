#include "render/stage_line.hpp"

#include <algorithm>

#include "render/terminal_text.hpp"

namespace orchestrate {
namespace {

constexpr std::size_t mark_columns = 4;
constexpr std::string_view longest_usual_name = "restore point";  // so that most runs look alike
constexpr std::string_view longest_usual_duration = "   10.4 s";

}  // namespace

std::string stage_line(const StageLine& line, std::size_t name_columns, Style style) {
  // FAIL fills its columns and pushes the name one to the right; the durations stay below each other.
  const std::size_t gap = line.mark.text.size() < mark_columns ? mark_columns - line.mark.text.size() : 1;
  const std::size_t used = 2 + line.mark.text.size() + gap + columns_of(line.name) + columns_of(line.duration);
  const std::size_t end = 2 + mark_columns + name_columns + longest_usual_duration.size();
  std::string text = "  " + painted(style, line.mark.tone, line.mark.text) + std::string(gap, ' ') + line.name;
  if (!line.duration.empty() || !line.summary.empty())
    text += std::string(end > used + 2 ? end - used : 2, ' ') + line.duration;
  return line.summary.empty() ? text : text + "  " + line.summary;
}

std::size_t name_columns(const Run& run) {
  std::size_t columns = longest_usual_name.size();
  for (const StageRecord& stage : run.stages) columns = std::max(columns, columns_of(stage_label(stage.name)));
  return columns;
}

std::string stage_label(std::string_view name) {
  if (name == "post_check") return "post-check";
  std::string label = printable(name);
  std::ranges::replace(label, '_', ' ');
  return label;
}

}  // namespace orchestrate
