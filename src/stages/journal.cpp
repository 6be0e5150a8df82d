#include "stages/journal.hpp"

#include <algorithm>
#include <array>
#include <cctype>
#include <set>

#include <fmt/format.h>

#include "orchestrate/evidence.hpp"
#include "stages/services.hpp"

namespace orchestrate {
namespace {

using namespace std::chrono_literals;

constexpr std::size_t shown_matches = 5;

// journald writes down what it is told a moment later, and much later on a host that has just booted: PID 1's line that
// the unit was started is there before nothing is.
constexpr std::chrono::milliseconds look_interval = 50ms, longest_wait = 5s;

/// A line without its numbers, so that the same message with another time, id or port is the same.
std::string shape(const std::string& line) {
  std::string text;
  for (const char c : line)
    if (!std::isdigit(static_cast<unsigned char>(c))) text += c;
  return text;
}

/// systemd.exec(5): `journal`, `journal+console`, `kmsg` (which the journal reads), and the old word `syslog`. Without
/// it PID 1's own lines about the unit would look like a service with nothing to say.
bool writes_to_journal(const UnitState& state) {
  return state.standard_output.starts_with("journal") || state.standard_output.starts_with("syslog") ||
         state.standard_output.starts_with("kmsg");
}

std::string counted(std::size_t count, std::string_view one) {
  return fmt::format("{} {}{}", count, one, count == 1 ? "" : "s");
}

struct Matches {
  std::vector<std::string> fresh;
  std::size_t known = 0;  ///< also seen in the invocation before
};

class JournalTail final : public Stage {
 public:
  JournalTail(std::size_t lines, std::vector<std::string> fail_on) : lines_(lines), fail_on_(std::move(fail_on)) {}

  std::string describe() const override { return fmt::format("read the services' newest {} journal lines", lines_); }

  Task<Outcome> run(StageContext& context) const override {
    if (!context.ports.journal.readable())
      co_return Outcome{
          Verdict::failed,
          "the system journal is not readable, so its silence would mean nothing",
          {"fix: run as root, or add " + context.application.policy.project.user + " to group systemd-journal"},
          {},
          {}};
    std::size_t read = 0, known = 0;
    for (const auto& [name, invocation] : context.run.evidence(evidence::services_healthy).as_object()) {
      const UnitName unit = *UnitName::parse(name);
      const UnitState state = co_await context.ports.services.state(unit, context.stop);
      if (!writes_to_journal(state)) co_return elsewhere(unit, state);
      const auto lines = co_await first_lines(context, unit, invocation.as_string());
      if (lines.empty()) co_return silent(unit);
      const Matches matches = search(lines, co_await earlier_lines(context, unit));
      if (!matches.fresh.empty()) co_return failed(context, unit, matches);
      read += lines.size();
      known += matches.known;
    }
    std::string summary = counted(read, "line");
    summary += known == 0 ? ", no errors" : ", " + counted(known, "error") + " that it also wrote before the restart";
    co_return Outcome{Verdict::passed, summary, {}, {}, {}};
  }

 private:
  bool matches(const std::string& line) const {
    return std::ranges::any_of(fail_on_, [&](const std::string& word) { return line.find(word) != std::string::npos; });
  }

  /// None only when none come.
  Task<std::vector<JournalLine>> first_lines(StageContext& context, UnitName unit, std::string invocation) const {
    std::vector<JournalLine> lines;
    const auto until = context.ports.clock.boot() + longest_wait;
    while (true) {
      lines = co_await context.ports.journal.lines(unit, invocation, lines_);
      if (!lines.empty() || context.ports.clock.boot() >= until) co_return lines;
      co_await context.ports.clock.sleep(look_interval, context.stop);
    }
  }

  /// What the invocation before the restart wrote: an error that was always there is no news.
  Task<std::vector<JournalLine>> earlier_lines(StageContext& context, UnitName unit) const {
    const std::string invocation =
        context.run.fact(std::string(fact::service_before) + unit.text()).text_or("invocation_id");
    if (invocation.empty()) co_return std::vector<JournalLine>{};
    co_return co_await context.ports.journal.lines(unit, invocation, 10 * lines_);
  }

  Matches search(const std::vector<JournalLine>& lines, const std::vector<JournalLine>& earlier) const {
    std::set<std::string> seen;
    for (const JournalLine& line : earlier)
      if (matches(line.text)) seen.insert(shape(line.text));
    Matches found;
    for (const JournalLine& line : lines) {
      if (!matches(line.text)) continue;
      if (seen.contains(shape(line.text)))
        ++found.known;
      else
        found.fresh.push_back(line.text);
    }
    return found;
  }

  static Outcome elsewhere(const UnitName& unit, const UnitState& state) {
    return {Verdict::failed,
            fmt::format("{} writes nothing to the journal, so nothing is known of its errors", unit.text()),
            {fmt::format("fix: its StandardOutput is '{}': send it to the journal, or remove the journal stage",
                         state.standard_output)},
            {},
            {}};
  }

  static Outcome silent(const UnitName& unit) {
    return {Verdict::failed,
            fmt::format("the journal has nothing of {} since its restart, not even that it was started", unit.text()),
            {"fix: see whether journald keeps up: systemctl status systemd-journald"},
            {},
            {}};
  }

  static Outcome failed(const StageContext& context, const UnitName& unit, const Matches& matches) {
    Outcome outcome{
        Verdict::failed,
        fmt::format("{} wrote {} since its restart", unit.text(), counted(matches.fresh.size(), "error line")),
        {},
        {},
        {}};
    const auto shown = std::min(matches.fresh.size(), shown_matches);
    outcome.details.assign(matches.fresh.begin(), matches.fresh.begin() + static_cast<std::ptrdiff_t>(shown));
    outcome.next =
        fmt::format("journalctl -u {} -n 120 --no-pager, mend it, then: {}", unit.text(), start_again_command(context));
    return outcome;
  }

  std::size_t lines_;
  std::vector<std::string> fail_on_;
};

constexpr std::array<Key, 2> keys = {{
    {.name = "lines",
     .type = ValueType::integer,
     .fallback = "120",
     .purpose = "How many of the newest lines are read."},
    {.name = "fail_on",
     .type = ValueType::text_list,
     .fallback = "[Traceback, CRITICAL]",
     .purpose = "Words that must not stand in a line, unless the service wrote the same line before the restart."},
}};
constexpr std::array needs = {evidence::services_healthy};

std::unique_ptr<Stage> bind(const StageSpec& spec, const Policy&) {
  return std::make_unique<JournalTail>(static_cast<std::size_t>(spec.settings.integer("lines")),
                                       spec.settings.texts("fail_on"));
}

}  // namespace

const StageKind journal_stage = {.name = "journal",
                                 .purpose = "Read what the services wrote to the journal since they were started.",
                                 .keys = keys,
                                 .needs = needs,
                                 .timeout = std::chrono::minutes(1),
                                 .bind = bind};

}  // namespace orchestrate
