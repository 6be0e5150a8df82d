#include <csignal>

#include <fmt/format.h>

#include "bus/refusal.hpp"
#include "cli/acting.hpp"
#include "cli/audited_ledger.hpp"
#include "cli/by_daemon.hpp"
#include "cli/exit_code.hpp"
#include "cli/find_run.hpp"
#include "cli/password_agent.hpp"
#include "cli/terminal.hpp"
#include "cli/verbs.hpp"
#include "engine/phase.hpp"
#include "ledger/open.hpp"
#include "orchestrate/error.hpp"
#include "orchestrate/exit_code.hpp"
#include "render/json.hpp"
#include "render/result.hpp"

namespace orchestrate::cli {
namespace {

using namespace std::chrono_literals;

constexpr auto interval = 200ms;

Error refusal(const std::string& id, std::string why, std::string hint) {
  return {ErrorKind::usage, "cancel run " + id, std::move(why), std::move(hint)};
}

/// Signals of two kinds, since two of the same may reach a process as one.
void ask_process(const system::ProcessId& process, Manner manner) {
  system::send_signal(process, SIGTERM);
  if (manner == Manner::by_force) system::send_signal(process, SIGINT);
}

/// Until the run has its end, or its process is gone; its stages have deadlines, so one of the two comes.
Task<Run> ended(Session& session, const Ledger& ledger, std::string id, system::ProcessId process) {
  const std::stop_token unstoppable;
  for (;;) {
    const bool alive = system::start_time(process.pid) == process.started;
    Run run = replay(ledger.events(id));
    if (run.finished || !alive) co_return run;
    co_await session.ports().clock.sleep(interval, unstoppable);
  }
}

Task<int> ask(Session& session, const Arguments& arguments, Ledger& ledger, std::string by) {
  const std::string id = arguments.run;
  const auto process = system::lock_taker(session.state_directory());
  const Run before = replay(ledger.events(id));
  if (before.finished) throw refusal(id, "it has ended", "look: orchestrate show " + id);
  if (!process) throw refusal(id, "its process is gone", "orchestrate resume " + id + ", or orchestrate abort " + id);
  ledger.append(id, CancelRequested{by, arguments.manner}, session.ports().clock.now());
  ask_process(*process, arguments.manner);
  if (phase_of(before) == Phase::upgrading && arguments.manner == Manner::in_order)
    write(stderr, "the upgrade is running and will be finished; --force ends it\n");
  if (arguments.commission) co_return 0;  // who asked waits by following the run
  const Run run = co_await ended(session, ledger, id, *process);
  if (arguments.format == Format::json)
    write(stdout, to_pretty_text(run_json(run)) + "\n");
  else
    write(stdout, run_result_text(run, style_of(stdout)));
  const bool well = run.finished && run.finished->result != Result::held;
  if (!well) co_return held;
  co_return 0;
}

std::string cancelled(bus::DaemonClient& daemon, const Arguments& arguments) {
  const PasswordAgent agent;
  std::string path = daemon.get_run(arguments.run);
  daemon.cancel(path, arguments.manner);
  return path;
}

/// nullopt where no worker runs it.
std::optional<int> cancelled_by_daemon(const Arguments& arguments) {
  const Run run = replay(find_run(arguments).events);
  if (!run.created.unit) return std::nullopt;
  const auto daemon = daemon_for(arguments, run.created.app);
  if (!daemon) return std::nullopt;
  try {
    const std::string path = cancelled(*daemon, arguments);
    const int code = followed(*daemon, arguments, path);
    return code == held || code == detached ? code : 0;
  } catch (const bus::Refused& refused) {
    if (refused.exit_code() == exit_code(ErrorKind::usage)) return std::nullopt;
    write(stderr, fmt::format("orchestrate: {}\n", refused.what()));
    return refused.exit_code();
  }
}

}  // namespace

int cancel(const Arguments& arguments) {
  const std::string by = asked_by(arguments);
  if (const auto code = cancelled_by_daemon(arguments)) return *code;
  const Run run = replay(find_run(arguments).events);
  Session session(load(run.created.policy_file).policy, arguments, Reach::project, State::as_it_is);
  session.make_commands(std::nullopt);
  const auto ledger = audited(open_ledger(session.state_directory(), LedgerAccess::write, session.redactor()),
                              run.created.app, session.redactor());
  return session.run(ask(session, arguments, *ledger, by));
}

}  // namespace orchestrate::cli
