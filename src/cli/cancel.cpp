#include <csignal>

#include <fmt/format.h>

#include "cli/acting.hpp"
#include "cli/audited_ledger.hpp"
#include "cli/exit_code.hpp"
#include "cli/find_run.hpp"
#include "cli/terminal.hpp"
#include "cli/verbs.hpp"
#include "engine/conclude.hpp"
#include "ledger/open.hpp"
#include "orchestrate/error.hpp"
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

Task<int> ask(Session& session, const Arguments& arguments, Ledger& ledger, std::string asked_by) {
  const std::string id = arguments.run;
  const auto process = system::lock_taker(session.state_directory());
  const Run before = replay(ledger.events(id));
  if (before.finished) throw refusal(id, "it has ended", "look: orchestrate show " + id);
  if (!process) throw refusal(id, "its process is gone", "orchestrate resume " + id + ", or orchestrate abort " + id);
  ledger.append(id, CancelRequested{asked_by, arguments.manner}, session.ports().clock.now());
  ask_process(*process, arguments.manner);
  if (phase_of(before) == Phase::upgrading && arguments.manner == Manner::in_order)
    write(stderr, "the upgrade is running and will be finished; --force ends it\n");
  const Run run = co_await ended(session, ledger, id, *process);
  if (arguments.format == Format::json)
    write(stdout, to_pretty_text(run_json(run)) + "\n");
  else
    write(stdout, run_result_text(run, style_of(stdout)));
  const bool well = run.finished && run.finished->result != Result::held;
  if (!well) co_return held;
  co_return 0;
}

}  // namespace

int cancel(const Arguments& arguments) {
  const std::string asked_by = caller();
  const Run run = replay(find_run(arguments).events);
  Session session(load(run.created.policy_file).policy, arguments, Reach::project, State::as_it_is);
  session.make_commands(std::nullopt);
  const auto ledger = audited(open_ledger(session.state_directory(), LedgerAccess::write, session.redactor()),
                              run.created.app, session.redactor());
  return session.run(ask(session, arguments, *ledger, asked_by));
}

}  // namespace orchestrate::cli
