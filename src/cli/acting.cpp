#include "cli/acting.hpp"

#include <chrono>
#include <ctime>

#include <fmt/format.h>
#include <unistd.h>

#include "cli/announcement.hpp"
#include "cli/audited_ledger.hpp"
#include "cli/signals.hpp"
#include "cli/terminal.hpp"
#include "cli/unit_rights.hpp"
#include "cli/worker_words.hpp"
#include "engine/applied.hpp"
#include "engine/backup_memory.hpp"
#include "engine/conclude.hpp"
#include "engine/last_rehearsal.hpp"
#include "engine/on_failure.hpp"
#include "engine/phase.hpp"
#include "engine/recovery.hpp"
#include "gate/ask.hpp"
#include "ledger/open.hpp"
#include "ledger/run_id.hpp"
#include "orchestrate/error.hpp"
#include "orchestrate/evidence.hpp"
#include "orchestrate/version.hpp"
#include "render/result.hpp"
#include "schema/advisory_lock.hpp"
#include "window/window.hpp"

namespace orchestrate::cli {
namespace {

namespace fs = std::filesystem;

constexpr std::uint64_t reserved_bytes = 4U << 20;  // more than the events of a run with hundreds of findings

std::string local_time(Time time) {
  const std::time_t seconds = std::chrono::system_clock::to_time_t(time);
  std::tm parts{};
  ::localtime_r(&seconds, &parts);
  return fmt::format("{:02}:{:02}", parts.tm_hour, parts.tm_min);
}

/// "run 20261120-091403-7f3a since 09:14, pid 812 (orchestrate)"; a holder that has just begun has no run yet, and a
/// ledger that cannot be read does not hide the process.
std::string holder_of(const fs::path& directory) {
  std::string process = system::lock_holder(directory);
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

Plan permitted_plan(Loaded& loaded, const std::string& command) {
  check_unit_rights(loaded.policy, command);
  return std::move(loaded.plan);
}

}  // namespace

std::string asked_by(const Arguments& arguments) {
  if (arguments.commission) return arguments.commission->by;
  const auto account = system::find_account(::getuid());
  const std::string name = account ? account->name : "unknown";
  const char* sudo_user = std::getenv("SUDO_USER");
  const bool by_sudo = sudo_user && ::getuid() == 0;
  return fmt::format("uid {} ({}{}{})", ::getuid(), name, by_sudo ? ", by sudo from " : "", by_sudo ? sudo_user : "");
}

void tell(const std::string& text) {
  write(stderr, text + "\n");
  say(text);
}

void tell_half_done(const Run& run) {
  const std::string held = run.fact(fact::on_failure).text_or("held");
  tell(fmt::format("run {}: its upgrade is half done, as far as is known{}. Exit 5.\nnext: {}", run.id,
                   held.empty() ? "" : "; on_failure was not followed: " + held, run.finished->next));
}

Acting::Acting(Loaded loaded, const Arguments& arguments, const std::string& command)
    : arguments_(arguments),
      plan_(permitted_plan(loaded, command)),
      session_(std::move(loaded.policy), arguments, Reach::services, State::made),
      lock_(lock_or_refuse(session_.state_directory(), session_.application().policy.app)) {
  const std::string& app = session_.application().policy.app;
  session_.make_commands(lock_.descriptor());
  ledger_ = audited(open_ledger(session_.state_directory(), LedgerAccess::write, session_.redactor()), app,
                    session_.redactor());
  ledger_->reserve(reserved_bytes);
}

void Acting::check_window(const std::string& doing) {
  if (const auto why = closed(session_.application().policy.window, session_.ports().clock.now()))
    throw Error(ErrorKind::busy, doing, *why, "wait for it, or say --override-window --reason TEXT");
}

Task<Run> Acting::judge(std::string id) {
  Run run = replay(ledger_->events(id));
  const std::function<void(std::string_view)> say = [](std::string_view text) { tell(std::string(text)); };
  const auto events = co_await missing_events(run, session_.application(), session_.ports(), say);
  for (const EventBody& event : events) {
    const Time now = session_.ports().clock.now();
    const bool is_end = std::holds_alternative<RunFinished>(event);
    run = orchestrate::apply(std::move(run), is_end ? Event{0, id, now, event} : ledger_->append(id, event, now));
  }
  co_return run;
}

Task<Run> Acting::recover(std::string id, Follow follow) {
  const bool died = !replay(ledger_->events(id)).finished;
  Run run = co_await judge(id);
  const bool owes_answer = is_half_done(run) || goes_back(run);
  if (owes_answer && follow == Follow::way_back) {
    run = co_await answer(std::move(run));
  } else {
    if (owes_answer) run.finished = told_with_offer(*run.finished, run, session_.application().policy);
    ledger_->append(id, *run.finished, session_.ports().clock.now());
  }
  const std::string_view why = died ? "had died" : "was not judged";
  std::string end = run_result_text(run, style_of(stderr));
  while (end.ends_with('\n')) end.pop_back();
  tell(fmt::format("run {} {}; {}", run.id, why, end));
  co_return run;
}

Task<Run> Acting::answer(Run run) {
  Circumstances around;
  const Clock& clock = session_.ports().clock;
  around.watched_since = clock.now();
  const std::string way_back = new_run_id(clock.now());
  const Json answer = co_await ask_on_failure(run, session_.application().policy, session_.ports().services, *ledger_,
                                              std::move(around), way_back);
  run.finished = conclude(run);
  if (!answer.is_null()) {
    const FactRecorded fact{run.stages.front().name, std::string(fact::on_failure), answer};
    run = orchestrate::apply(std::move(run), ledger_->append(run.id, fact, clock.now()));
    run.finished = told_with_answer(*run.finished, run);
  }
  ledger_->append(run.id, *run.finished, clock.now());
  co_return run;
}

void Acting::turn_to(Loaded loaded) {
  plan_ = std::move(loaded.plan);
  session_.work_by(std::move(loaded.policy));
}

RunCreated Acting::complete(RunCreated request) {
  const Policy& policy = session_.application().policy;
  request.host = session_.ports().host.name();
  request.version = version;
  request.policy_file = policy.file;
  request.policy_sha256 = policy.sha256;
  for (const PlannedStage& stage : plan_.stages) request.stages.push_back(stage.name);
  if (arguments_.commission) request.unit = arguments_.commission->unit;
  return request;
}

Task<Run> Acting::execute(std::string id, RunCreated request, std::optional<std::string> finishes,
                          std::optional<Resumption> resumption) {
  const Application& application = session_.application();
  const fs::path outputs = session_.state_directory() / "runs" / id;
  fs::create_directories(outputs);
  const auto lock = make_advisory_lock(session_.ports().databases, session_.ports().clock, application.for_sessions(),
                                       application.policy.migrations.version_table,
                                       fmt::format("{} {} on {}", request.verb, id, session_.ports().host.name()));
  Interrupt interrupt;
  Signals signals(session_.io(), interrupt);
  Terminal terminal(session_.io(), arguments_.format);
  Announcement announcement(terminal);
  Execution execution{.plan = plan_,
                      .application = application,
                      .ports = session_.ports(),
                      .ledger = *ledger_,
                      .lock = *lock,
                      .interrupt = interrupt,
                      .observer = announcement,
                      .approvals = ledger_->approvals(),
                      .applied = applied_revisions(*ledger_),
                      .gate = gate_memory(*ledger_),
                      .backups = backup_memory(*ledger_),
                      .rehearsed = last_rehearsal(*ledger_),
                      .run_id = id,
                      .request = std::move(request),
                      .outputs = outputs,
                      .state = session_.state_directory(),
                      .finishes = std::move(finishes),
                      .resumption = std::move(resumption),
                      .new_run_id = {}};
  const Clock& clock = session_.ports().clock;
  execution.new_run_id = [&clock] { return new_run_id(clock.now()); };
  co_return co_await orchestrate::execute(std::move(execution));
}

}  // namespace orchestrate::cli
