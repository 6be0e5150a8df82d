#include "render/result.hpp"

#include <fmt/core.h>

#include <algorithm>
#include <array>

#include "render/stage_line.hpp"
#include "render/terminal_text.hpp"
#include "render/units.hpp"

namespace orchestrate {
namespace {

struct Wording {
  std::string_view word;
  Tone tone;
};
// In the order of Result.
constexpr std::array<Wording, 5> wordings = {{{"done", Tone::good},
                                              {"nothing to do", Tone::good},
                                              {"red flags", Tone::bad},
                                              {"failed, nothing changed", Tone::bad},
                                              {"held", Tone::bad}}};

std::string elapsed_text(const Run& run) {
  return duration_text(std::chrono::duration_cast<std::chrono::milliseconds>(run.last_event_at - run.started_at));
}

/// The words before the state, which say how far the run got.
std::string opening(const Run& run) {
  const Result result = run.finished->result;
  if (result == Result::held) return "held";
  if (result == Result::nothing_to_do) return "nothing to do";
  const std::string act(run.act());
  const StageRecord* stage = run.stage(act);
  if (stage && stage->state == StageRecord::State::waiting) return "stopped before the " + act;
  return result == Result::blocked ? "stopped" : "failed, nothing changed";
}

std::string with_state(std::string opening, const std::string& summary) {
  if (!summary.empty()) opening += ": " + printable(summary);
  return opening.ends_with('.') ? opening : opening + ".";
}

std::string unfinished_text(const Run& run) {
  std::string where;
  for (const StageRecord& stage : run.stages)
    if (stage.state == StageRecord::State::running)
      where += (where.empty() ? ", in " : " and ") + stage_label(stage.name);
  return fmt::format("not finished: last event at {}{}.\n", utc_text(run.last_event_at), where);
}

}  // namespace

std::string result_word(const Run& run) {
  if (!run.finished) return "unfinished";
  return std::string(wordings[static_cast<std::size_t>(run.finished->result)].word);
}

Tone result_tone(const Run& run) {
  return run.finished ? wordings[static_cast<std::size_t>(run.finished->result)].tone : Tone::caution;
}

std::string run_result_text(const Run& run, Style style) {
  if (!run.finished) return painted(style, Tone::caution, unfinished_text(run));
  const RunFinished& end = *run.finished;
  const std::string next = printable(end.next);
  if (end.result == Result::succeeded)
    return painted(style, Tone::good, "done in " + elapsed_text(run)) + ".\n" +
           (next.empty() ? "" : "next: " + painted(style, Tone::strong, next) + "\n");
  std::string text = painted(style, result_tone(run), with_state(opening(run), end.summary));
  if (end.exit_code != 0) text += fmt::format(" Exit {}.", end.exit_code);
  text += "\n";
  if (!next.empty()) text += "next: " + painted(style, Tone::strong, next) + "\n";
  return text;
}

}  // namespace orchestrate
