#include "render/status.hpp"

#include "render/result.hpp"
#include "render/run.hpp"
#include "render/terminal_text.hpp"
#include "render/units.hpp"
#include "render/versions.hpp"

namespace orchestrate {
namespace {

std::string run_line(std::string_view label, const Run& run, Time now, Style style) {
  const auto age = std::chrono::duration_cast<std::chrono::seconds>(now - run.last_event_at);
  const std::string versions = versions_text(run);
  return "  " + padded(label, 8) + "  " + printable(run.id) + "  " + printable(run.created.verb) + "  " +
         painted(style, result_tone(run), result_word(run)) + "  " + ago_text(age) +
         (versions.empty() ? "" : "  " + versions) + "\n";
}

bool is_held(const Run& run) {
  return run.finished && run.finished->result == Result::held;
}

/// The one that waits for a person.
const Run* held_run(const AppStatus& status) {
  if (status.last && is_held(*status.last)) return &*status.last;
  return status.held ? &*status.held : nullptr;
}

std::string warning_line(const std::string& text, Style style) {
  return "  " + painted(style, Tone::caution, "warning") + ": " + printable(text) + "\n";
}

std::string gate_line(const GateState& gate, Style style) {
  if (gate.held_until)
    return "  " + padded("gate", 8) + "  " + painted(style, Tone::caution, printable(gate.why)) + "\n";
  if (gate.open) return {};
  return warning_line(
      "a gated service would not start now: " + gate.why + (gate.next.empty() ? "" : "; next: " + gate.next), style);
}

}  // namespace

std::string_view status_word(const AppStatus& status) {
  if (status.unfinished) return "running";
  return held_run(status) ? "held" : "idle";
}

std::string status_text(const AppStatus& status, Time now, Style style) {
  std::string text =
      painted(style, Tone::strong, printable(status.app)) + "  " + std::string(status_word(status)) + "\n";
  if (status.unfinished) text += run_line("run", *status.unfinished, now, style);
  if (status.last) text += run_line("last run", *status.last, now, style);
  if (!status.unfinished && !status.last && status.warnings.empty()) text += "  no runs yet\n";
  if (status.held) text += run_line("held", *status.held, now, style);
  for (const std::string& warning : status.warnings) text += warning_line(warning, style);
  if (status.gate) text += gate_line(*status.gate, style);
  if (const Run* held = held_run(status); held && !held->finished->next.empty())
    text += "next: " + printable(held->finished->next) + "\n";
  return text;
}

}  // namespace orchestrate
