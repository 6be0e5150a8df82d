#include <chrono>

#include <fmt/format.h>
#include <unistd.h>

#include "cli/audited_ledger.hpp"
#include "cli/place.hpp"
#include "cli/session.hpp"
#include "cli/signals.hpp"
#include "cli/terminal.hpp"
#include "cli/verbs.hpp"
#include "cli/version.hpp"
#include "engine/applied.hpp"
#include "engine/conclude.hpp"
#include "engine/recovery.hpp"
#include "ledger/open.hpp"
#include "ledger/run_id.hpp"
#include "orchestrate/error.hpp"
#include "render/json.hpp"
#include "render/result.hpp"
#include "schema/advisory_lock.hpp"
#include "system/state_lock.hpp"
#include "window/window.hpp"

namespace orchestrate::cli {
namespace {

namespace fs = std::filesystem;

constexpr int held = 5;                             // as Result::held: an operator must act
constexpr std::uint64_t reserved_bytes = 4U << 20;  // more than the events of a run with hundreds of findings

std::string caller() {
  const auto account = system::find_account(::getuid());
  const std::string name = account ? account->name : "unknown";
  const char* sudo_user = std::getenv("SUDO_USER");
  const bool by_sudo = sudo_user && ::getuid() == 0;
  return fmt::format("uid {} ({}{}{})", ::getuid(), name, by_sudo ? ", by sudo from " : "", by_sudo ? sudo_user : "");
}

/// Better said before anything runs than after the upgrade.
void check_may_restart(const Plan& plan, const std::string& app) {
  for (const PlannedStage& stage : plan.stages)
    if (stage.kind->services == Services::touched && ::geteuid() != 0)
      throw Error(
          ErrorKind::denied, "apply " + app,
          "stage " + stage.name + " needs root's right to " + std::string(stage.kind->name) + " services over D-Bus",
          "sudo orchestrate apply " + app);
}

std::string local_time(Time time) {
  const std::time_t seconds = std::chrono::system_clock::to_time_t(time);
  std::tm parts{};
  ::localtime_r(&seconds, &parts);
  return fmt::format("{:02}:{:02}", parts.tm_hour, parts.tm_min);
}

/// "run 20261120-091403-7f3a since 09:14, pid 812 (orchestrate)"; a holder that has just begun has no run yet, and a
/// ledger that cannot be read does not hide the process.
std::string holder_of(const fs::path& directory) {
  const std::string process = system::lock_holder(directory);
  try {
    const auto ledger = open_ledger(directory, LedgerAccess::read, Redactor());
    const auto id = ledger->unfinished();
    if (!id) return process;
    const auto events = ledger->events(*id);
    return fmt::format("run {} since {}, {}", *id, local_time(events.front().at), process);
  } catch (const Error&) {
    return process;
  }
}

system::StateLock lock_or_refuse(const fs::path& directory, const std::string& app) {
  auto lock = system::try_lock(directory);
  if (lock) return std::move(*lock);
  throw Error(ErrorKind::busy, "lock " + app, "another run holds it: " + holder_of(directory),
              "wait for it: orchestrate status " + app);
}

/// The newest run that began an upgrade and was left before its last stages, when none since brought them to their end.
std::optional<std::string> left_open(const Ledger& ledger) {
  constexpr std::size_t far_enough = 100;
  for (const std::string& id : ledger.runs(far_enough)) {
    const Run run = replay(ledger.events(id));
    if (!run.finished || phase_of(run) == Phase::before_upgrade) continue;
    if (run.finished->result == Result::held) return id;
    if (run.finished->result == Result::succeeded) return std::nullopt;
  }
  return std::nullopt;
}

/// A run outside the window is not begun, unless somebody says why it must be.
std::optional<std::string> window_override(const Arguments& arguments, const Policy& policy, Time now) {
  const std::string doing = "apply " + policy.app;
  if (arguments.window == WindowRule::overridden) return reason_of(arguments, doing);
  if (const auto why = closed(policy.window, now))
    throw Error(ErrorKind::busy, doing, *why, "wait for it, or give --override-window --reason TEXT");
  return std::nullopt;
}

struct Applying {
  const Arguments& arguments;
  const Plan& plan;
  Session& session;
  Ledger& ledger;
  std::string asked_by;
  std::optional<std::string> overridden;

  Task<int> run() {
    const bool clear = co_await recover();
    if (!clear) co_return held;
    const Application& application = session.application();
    const Time now = session.ports().clock.now();
    const std::string id = new_run_id(now);
    RunCreated request{
        .app = application.policy.app, .verb = "apply", .target = target_of(arguments, application.policy)};
    request.requested_by = asked_by;
    request.host = session.ports().host.name();
    request.version = version;
    request.window_override = overridden;
    request.policy_file = application.policy.file;
    request.policy_sha256 = application.policy.sha256;
    for (const PlannedStage& stage : plan.stages) request.stages.push_back(stage.name);

    const fs::path outputs = session.state_directory() / "runs" / id;
    fs::create_directories(outputs);
    const auto lock = make_advisory_lock(session.ports().databases, session.ports().clock, application.for_sessions(),
                                         application.policy.migrations.version_table,
                                         fmt::format("apply {} on {}", id, request.host));
    Interrupt interrupt;
    Signals signals(session.io(), interrupt);
    Terminal terminal(session.io(), arguments.format);
    Execution execution{.plan = plan,
                        .application = application,
                        .ports = session.ports(),
                        .ledger = ledger,
                        .lock = *lock,
                        .interrupt = interrupt,
                        .observer = terminal,
                        .approvals = ledger.approvals(),
                        .applied = applied_revisions(ledger),
                        .run_id = id,
                        .request = std::move(request),
                        .outputs = outputs,
                        .finishes = left_open(ledger)};
    const Run run = co_await execute(std::move(execution));
    if (arguments.format == Format::json) write(stdout, to_pretty_text(run_json(run)) + "\n");
    co_return run.finished->exit_code;
  }

  /// A run that died first gets its end, from what the database says. Whether a new run may begin: not when an operator
  /// must look first.
  Task<bool> recover() {
    const auto id = ledger.unfinished();
    if (!id) co_return true;
    Run run = replay(ledger.events(*id));
    const std::function<void(std::string_view)> tell = [](std::string_view text) {
      write(stderr, fmt::format("{}\n", text));
    };
    const auto events = co_await missing_events(run, session.application(), session.ports(), tell);
    for (const EventBody& event : events)
      run = orchestrate::apply(std::move(run), ledger.append(*id, event, session.ports().clock.now()));
    write(stderr, fmt::format("run {} had died; {}", run.id, run_result_text(run, style_of(stderr))));
    co_return run.finished->result != Result::held || phase_of(run) == Phase::after_upgrade;
  }
};

}  // namespace

int apply(const Arguments& arguments) {
  if (arguments.mode == Mode::dry_run) return cli::plan(arguments);
  const std::string asked_by = caller();
  Loaded loaded = load(policy_file(arguments.app));
  check_may_restart(loaded.plan, arguments.app);
  Session session(std::move(loaded.policy), arguments, Reach::services, State::made);
  const std::string& app = session.application().policy.app;
  const system::StateLock lock = lock_or_refuse(session.state_directory(), app);
  session.make_commands(lock.descriptor());
  auto overridden = window_override(arguments, session.application().policy, session.ports().clock.now());
  const auto ledger =
      audited(open_ledger(session.state_directory(), LedgerAccess::write, session.redactor()), app, session.redactor());
  ledger->reserve(reserved_bytes);
  Applying applying{arguments, loaded.plan, session, *ledger, asked_by, std::move(overridden)};
  return session.run(applying.run());
}

}  // namespace orchestrate::cli
