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

}  // namespace

std::string_view status_word(const AppStatus& status) {
  if (status.unfinished) return "running";
  return status.last && is_held(*status.last) ? "held" : "idle";
}

std::string status_text(const AppStatus& status, Time now, Style style) {
  std::string text =
      painted(style, Tone::strong, printable(status.app)) + "  " + std::string(status_word(status)) + "\n";
  if (status.unfinished) text += run_line("run", *status.unfinished, now, style);
  if (status.last) text += run_line("last run", *status.last, now, style);
  if (!status.unfinished && !status.last) text += "  no runs yet\n";
  for (const std::string& warning : status.warnings)
    text += "  " + painted(style, Tone::caution, "warning") + ": " + printable(warning) + "\n";
  if (status.last && is_held(*status.last) && !status.last->finished->next.empty())
    text += "next: " + printable(status.last->finished->next) + "\n";
  return text;
}

}  // namespace orchestrate
