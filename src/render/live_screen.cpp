#include "render/live_screen.hpp"

#include <algorithm>
#include <array>

#include "render/result.hpp"
#include "render/run.hpp"
#include "render/stage_line.hpp"
#include "render/terminal_text.hpp"
#include "render/units.hpp"

namespace orchestrate {
namespace {

using namespace std::chrono_literals;

constexpr std::array<std::string_view, 4> spinner = {"|", "/", "-", "\\"};
// Carriage return, erase to the end of the screen (ECMA-48 ED): the cursor rests at the start of the running line, so
// this also takes away the pieces into which a narrower window has broken it.
constexpr std::string_view erase_line = "\r\x1b[J";
constexpr auto first_life = 10s;
constexpr auto longest_silence = 60s;

bool has_ended(const StageRecord& stage) {
  return stage.state != StageRecord::State::waiting && stage.state != StageRecord::State::running;
}

}  // namespace

LiveScreen::LiveScreen(Sink sink, Columns columns, Style style)
    : sink_(std::move(sink)), columns_(std::move(columns)), style_(style) {}

LiveScreen::~LiveScreen() {
  erase();
}

void LiveScreen::show(const Run& run) {
  run_ = run;
  now_ = std::max(now_, run.last_event_at);
  for (const StageRecord& stage : run_.stages) {
    if (!has_ended(stage) || !printed_.insert(stage.name).second) continue;
    progress_.erase(stage.name);
    print(stage_text(run_, stage, style_, Depth::screen));
  }
  if (run_.finished && !result_printed_) {
    print(run_result_text(run_, style_));
    result_printed_ = true;
  }
  draw();
}

void LiveScreen::progress(std::string_view stage, std::string text) {
  progress_.insert_or_assign(std::string(stage), printable(text));
  draw();
}

void LiveScreen::tick(Time now) {
  now_ = now;
  ++frame_;
  if (style_ == Style::plain) show_life();
  draw();
}

std::vector<const StageRecord*> LiveScreen::running() const {
  std::vector<const StageRecord*> stages;
  if (run_.finished) return stages;
  for (const StageRecord& stage : run_.stages)
    if (stage.state == StageRecord::State::running) stages.push_back(&stage);
  return stages;
}

std::string LiveScreen::running_line(const StageRecord& stage, std::string_view mark) const {
  const auto elapsed = std::chrono::duration_cast<std::chrono::milliseconds>(now_ - stage.started_at);
  const auto progress = progress_.find(stage.name);
  const StageLine line{{mark, Tone::strong},
                       stage_label(stage.name),
                       duration_text(std::max(elapsed, 0ms)),
                       progress == progress_.end() ? "" : progress->second};
  return stage_line(line, name_columns(run_), Style::plain);
}

/// The header waits for the first line below it: only then are the versions known.
void LiveScreen::print(std::string_view text) {
  erase();
  if (!header_printed_) sink_(run_header(run_, style_));
  header_printed_ = true;
  sink_(text);
}

void LiveScreen::draw() {
  if (style_ == Style::plain) return;
  const auto stages = running();
  if (stages.empty()) return erase();
  const std::size_t columns = columns_();
  std::string text = running_line(*stages.front(), spinner[frame_ % spinner.size()]);
  for (std::size_t other = 1; other < stages.size(); ++other) text += "  + " + stage_label(stages[other]->name);
  // One column stays free: a full line makes some terminals wrap.
  const std::string line = truncated(text, std::max<std::size_t>(columns, 1) - 1);
  if (line == drawn_) return;
  sink_(std::string(erase_line) + line + "\r");
  drawn_ = line;
}

void LiveScreen::erase() {
  if (drawn_.empty()) return;
  sink_(erase_line);
  drawn_.clear();
}

void LiveScreen::show_life() {
  for (const StageRecord* stage : running()) {
    auto& next = next_life_.try_emplace(stage->name, first_life).first->second;
    if (now_ - stage->started_at < next) continue;
    print(running_line(*stage, "..") + "\n");
    while (now_ - stage->started_at >= next) next += std::min<std::chrono::seconds>(next, longest_silence);
  }
}

}  // namespace orchestrate
