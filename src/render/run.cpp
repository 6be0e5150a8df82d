#include "render/run.hpp"

#include <algorithm>
#include <array>

#include "orchestrate/evidence.hpp"
#include "render/finding.hpp"
#include "render/stage_line.hpp"
#include "render/terminal_text.hpp"
#include "render/units.hpp"
#include "render/versions.hpp"

namespace orchestrate {
namespace {

constexpr Mark found_something = {"!", Tone::caution};
// In the order of StageRecord::State. A blocked stage stops the run like a failed one.
constexpr std::array<Mark, 6> marks = {{{"-", Tone::faint},
                                        {"..", Tone::strong},
                                        {"ok", Tone::good},
                                        {"FAIL", Tone::bad},
                                        {"FAIL", Tone::bad},
                                        {"--", Tone::faint}}};

Mark mark_of(const StageRecord& stage) {
  if (stage.state == StageRecord::State::passed && !stage.outcome.findings.empty()) return found_something;
  return marks[static_cast<std::size_t>(stage.state)];
}

bool has_ended(const StageRecord& stage) {
  return stage.state != StageRecord::State::waiting && stage.state != StageRecord::State::running;
}

/// Of what would happen, who asks that alone wants to know all: which locks, for how long, what is lost.
bool foretells(const Run& run, const StageRecord& stage) {
  if (run.created.verb != "plan" && run.created.verb != "rehearse") return false;
  return std::ranges::any_of(stage.outcome.evidence, [](const Evidence& proof) {
    return proof.name == evidence::review_passed || proof.name == evidence::rehearsal_passed;
  });
}

std::string below(const Run& run, const StageRecord& stage, Style style, Depth depth) {
  const bool all = depth == Depth::everything || stage.state != StageRecord::State::passed || foretells(run, stage);
  std::string text;
  if (all)
    for (const std::string& detail : stage.outcome.details)
      for (const std::string& line : printable_lines(detail)) text += line + "\n";
  for (const Finding& finding : stage.outcome.findings)
    if (all || finding.severity != Severity::advice) text += finding_text(finding, run.created.app, style);
  return indented(text, 4);
}

}  // namespace

std::string run_header(const Run& run, Style style) {
  std::string text = painted(style, Tone::strong, printable(run.created.app)) + "  run " + printable(run.id);
  if (run.created.verb != "apply" && !run.created.verb.empty()) text += "  " + printable(run.created.verb);
  const std::string versions = versions_text(run);
  return (versions.empty() ? text : text + "  " + versions) + "\n";
}

std::string stage_text(const Run& run, const StageRecord& stage, Style style, Depth depth) {
  const StageLine line{mark_of(stage), stage_label(stage.name), has_ended(stage) ? duration_text(stage.elapsed) : "",
                       printable(stage.outcome.summary)};
  return stage_line(line, name_columns(run), style) + "\n" + below(run, stage, style, depth);
}

std::string run_text(const Run& run, Style style, Depth depth) {
  std::string text = run_header(run, style);
  for (const StageRecord& stage : run.stages) {
    if (run.finished && stage.state == StageRecord::State::waiting) continue;
    text += stage_text(run, stage, style, depth);
  }
  return text;
}

}  // namespace orchestrate
