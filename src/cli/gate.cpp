#include "gate/decision.hpp"

#include <algorithm>
#include <csignal>
#include <cstring>

#include <fmt/format.h>
#include <sys/time.h>
#include <unistd.h>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/detached.hpp>
#include <boost/asio/this_coro.hpp>

#include "cli/acting.hpp"
#include "cli/audited_ledger.hpp"
#include "cli/exit_code.hpp"
#include "cli/place.hpp"
#include "cli/session.hpp"
#include "cli/terminal.hpp"
#include "cli/verbs.hpp"
#include "engine/limits.hpp"
#include "gate/ask.hpp"
#include "ledger/open.hpp"
#include "orchestrate/error.hpp"
#include "render/json.hpp"

namespace orchestrate::cli {
namespace {

using std::chrono::milliseconds;

/// systemd waits for ExecStartPre as long as the unit's start may take, and looking up a host's name has no deadline of
/// its own: the process itself has one.
volatile std::sig_atomic_t code_without_an_answer = gate_closed;

void no_answer(int) {
  static constexpr char text[] = "orchestrate: gate: no answer in time\n";
  [[maybe_unused]] const auto written = ::write(STDERR_FILENO, text, sizeof text - 1);
  ::_exit(code_without_an_answer);
}

void answer_within(milliseconds timeout, const Gate& gate) {
  code_without_an_answer = gate.unknown == GateAnswer::allow ? 0 : gate_closed;
  std::signal(SIGALRM, no_answer);
  itimerval timer{};
  timer.it_value.tv_sec = timeout.count() / 1000;
  timer.it_value.tv_usec = timeout.count() % 1000 * 1000;
  ::setitimer(ITIMER_REAL, &timer, nullptr);
}

/// Of the app that is named, or of the one whose policy names the unit.
Loaded policy_asked_for(const Arguments& arguments) {
  if (arguments.unit.empty()) return load(policy_file(arguments.app));
  const auto unit = UnitName::parse(arguments.unit);
  if (!unit)
    throw Error(ErrorKind::usage, "gate", arguments.unit + " is no name of a unit", "give it whole: x.service");
  std::optional<Loaded> found;
  for (const std::string& app : installed_apps()) {
    auto loaded = load_if_good(policy_file(app));
    if (!loaded) continue;  // another app's, as far as anybody can tell
    const auto units = loaded->policy.units();
    if (std::ranges::find(units, *unit) == units.end()) continue;
    if (found) throw Error(ErrorKind::policy, "gate", "two policies name " + arguments.unit, "leave it to one of them");
    found = std::move(loaded);
  }
  if (found) return std::move(*found);
  throw Error(ErrorKind::policy, "gate", "no policy of this host that can be read names " + arguments.unit,
              "add it to `services:`, or look with: orchestrate check APP");
}

/// The alarm is for what cannot be interrupted; everything else leaves time for an answer in words.
milliseconds patience_of(const Arguments& arguments) {
  return arguments.timeout - std::min(arguments.timeout / 4, milliseconds(500));
}

Task<Standing> standing_within(Session& session, milliseconds patience) {
  const auto limits = std::make_shared<Limits>();
  const auto executor = co_await boost::asio::this_coro::executor;
  boost::asio::co_spawn(executor, expire(session.ports().clock, patience, limits), boost::asio::detached);
  try {
    const Standing standing = co_await standing_now(session.application(), session.ports().databases, limits->token());
    limits->ended();
    co_return standing;
  } catch (const Error& error) {
    co_return Standing{Standing::Kind::unknown, fmt::format("{}: no answer within {} s", error.doing(),
                                                            std::chrono::duration<double>(patience).count())};
  }
}

GateMemory memory_in(const std::filesystem::path& state) {
  if (!std::filesystem::exists(state)) return {};
  return gate_memory(*open_ledger(state, LedgerAccess::read, Redactor()));
}

Json until_json(const GateDecision& decision) {
  return decision.held_until ? Json(utc_text(*decision.held_until)) : Json();
}

/// A ledger that cannot be read leaves open whether a run is in the middle of it.
Task<int> answer(Session& session, const Arguments& arguments) {
  const Policy& policy = session.application().policy;
  Standing standing = co_await standing_within(session, patience_of(arguments));
  GateMemory memory;
  try {
    memory = memory_in(session.state_directory());
  } catch (const Error& error) {
    standing = {Standing::Kind::unknown, error.what()};
  }
  const GateDecision decision = decide(policy, standing, memory, session.ports().clock.now());
  if (arguments.format == Format::json)
    write(stdout, to_pretty_text(Json::object({{"schema_version", json_schema_version},
                                               {"app", policy.app},
                                               {"open", decision.open},
                                               {"standing", to_string(standing.kind)},
                                               {"why", decision.why},
                                               {"next", decision.next},
                                               {"held_until", until_json(decision)}})) +
                      "\n");
  else
    write(decision.open ? stdout : stderr,
          fmt::format("{}: gate {}: {}{}{}\n", policy.app, decision.open ? "open" : "closed", decision.why,
                      decision.next.empty() ? "" : "; next: ", decision.next));
  co_return decision.open ? 0 : gate_closed;
}

/// `--open-for`.
int hold_open(const Arguments& arguments) {
  const std::string reason = reason_of(arguments, "open the gate of " + arguments.app);
  const std::string by = asked_by(arguments);
  Loaded loaded = load(policy_file(arguments.app));
  Session session(std::move(loaded.policy), arguments, Reach::project, State::made);
  session.make_commands(std::nullopt);
  const std::string& app = session.application().policy.app;
  const auto ledger =
      audited(open_ledger(session.state_directory(), LedgerAccess::write, session.redactor()), app, session.redactor());
  const Time now = session.ports().clock.now();
  const GateOpening opening{now + arguments.open_for, reason, by};
  ledger->open_gate(opening, now);
  write(stdout, fmt::format("{}: gate {} {}\n", app, arguments.open_for.count() > 0 ? "held open until" : "closed at",
                            utc_text(opening.until)));
  return 0;
}

}  // namespace

int gate(const Arguments& arguments) {
  if (arguments.app.empty() == arguments.unit.empty())
    throw Error(ErrorKind::usage, "gate", "neither an app nor a unit is named, or both are",
                "orchestrate gate APP, or orchestrate gate --unit UNIT");
  if (arguments.opens_gate) return hold_open(arguments);
  try {
    Loaded loaded = policy_asked_for(arguments);
    answer_within(arguments.timeout, loaded.policy.gate);
    Session session(std::move(loaded.policy), arguments, Reach::project, State::as_it_is);
    session.make_commands(std::nullopt);
    return session.run(answer(session, arguments));
  } catch (const Error& error) {
    if (error.kind() == ErrorKind::usage || error.kind() == ErrorKind::denied) throw;
    write(stderr, fmt::format("orchestrate: gate closed: {}\n", error.what()));
    return gate_closed;
  }
}

}  // namespace orchestrate::cli
