#include "render/events.hpp"

#include <fmt/ranges.h>

#include "render/terminal_text.hpp"
#include "render/units.hpp"

namespace orchestrate {
namespace {

struct Saying {
  std::string operator()(const RunCreated& e) const {
    std::string text = fmt::format("{} {} to {}, asked by {} on {}", e.verb, e.app, e.target, e.requested_by, e.host);
    if (e.reason) text += ", because " + *e.reason;
    if (e.confirmed) text += ", confirmed as " + *e.confirmed;
    if (e.window_override) text += ", whatever the window: " + *e.window_override;
    return text;
  }
  std::string operator()(const StageStarted& e) const { return e.stage; }
  std::string operator()(const FactRecorded& e) const {
    return fmt::format("{}: {} = {}", e.stage, e.name, to_text(e.value));
  }
  std::string operator()(const StageFinished& e) const {
    return fmt::format("{}: {} in {}, {}", e.stage, to_string(e.outcome.verdict), duration_text(e.elapsed),
                       e.outcome.summary);
  }
  std::string operator()(const RunFinished& e) const {
    return fmt::format("{}, exit {}{}{}", to_string(e.result), e.exit_code, e.summary.empty() ? "" : ": ", e.summary);
  }
  std::string operator()(const RunResumed& e) const {
    return fmt::format("asked by {} on {}; again: {}", e.requested_by, e.host, fmt::join(e.stages, ", "));
  }
  std::string operator()(const CancelRequested& e) const {
    return fmt::format("{}, asked by {}", to_string(e.manner), e.requested_by);
  }
  std::string operator()(const RunAborted& e) const { return fmt::format("by {}: {}", e.requested_by, e.reason); }
  std::string operator()(const RecoveryStarted& e) const { return "by " + e.unit; }
  std::string operator()(const RunConfirmed& e) const { return "by " + e.requested_by; }
};

}  // namespace

std::string event_text(const Event& event) {
  return printable(std::visit(Saying{}, event.body));
}

std::string events_text(const std::vector<Event>& events) {
  std::string text;
  for (const Event& event : events)
    text += fmt::format("{:>5}  {}  {:<14}  {}\n", event.sequence, utc_text(event.at), type_of(event.body),
                        event_text(event));
  return text;
}

std::string log_text(std::string_view output) {
  std::string text;
  for (const std::string& line : printable_lines(output)) text += line + "\n";
  return text;
}

}  // namespace orchestrate
