#include "engine/execute.hpp"

#include <algorithm>
#include <memory>
#include <utility>

#include <fmt/format.h>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/detached.hpp>
#include <boost/asio/this_coro.hpp>

#include "engine/conclude.hpp"
#include "orchestrate/error.hpp"
#include "orchestrate/evidence.hpp"

namespace orchestrate {
namespace {

/// One stage's limits: what may stop it, and why it was stopped.
struct Limits {
  std::stop_source stage, timer;
  enum class Reason { none, deadline, asked } reason = Reason::none;

  void stop(Reason why) {
    if (reason == Reason::none) reason = why;
    stage.request_stop();
  }
};

Task<> expire(Clock& clock, std::chrono::milliseconds timeout, std::shared_ptr<Limits> limits) {
  try {
    co_await clock.sleep(timeout, limits->timer.get_token());
  } catch (const Error&) {
    co_return;  // the stage ended first
  }
  limits->stop(Limits::Reason::deadline);
}

Outcome failure(const Error& error) {
  Outcome outcome{Verdict::failed, error.doing() + ": " + error.why(), {}, {}, {}};
  if (!error.hint().empty()) outcome.details.push_back("fix: " + error.hint());
  return outcome;
}

/// The only place where an exception becomes an outcome, and it is never `passed`.
Task<Outcome> attempt(Task<Outcome> work) {
  try {
    co_return co_await std::move(work);
  } catch (const Error& error) {
    co_return failure(error);
  } catch (const std::exception& error) {
    co_return Outcome{Verdict::failed, fmt::format("internal error: {}", error.what()), {}, {}, {}};
  }
}

class Loop {
 public:
  explicit Loop(Execution execution) : x_(std::move(execution)) {}

  Task<Run> run() {
    emit(x_.request);
    for (const PlannedStage& stage : x_.plan.stages) {
      if (skipped(stage)) continue;
      const bool passed = co_await run_stage(stage);
      if (!passed || nothing_to_do_) break;
      if (stage.provides(evidence::migration_current)) x_.lock.release();
    }
    co_await start_services_again();
    x_.lock.release();
    emit(conclude(run_));
    co_return shown_;
  }

 private:
  bool dry() const { return x_.outputs.empty(); }

  /// A dry run makes the checks only; finishing an earlier run starts after its upgrade.
  bool skipped(const PlannedStage& stage) const {
    if (dry()) return stage.effect == Effect::changes || phase_needs_upgrade(stage);
    if (!finishing_) return false;
    for (const PlannedStage& earlier : x_.plan.stages) {
      if (&earlier == &stage) return true;
      if (earlier.provides(evidence::upgrade_done)) return false;
    }
    return true;
  }

  static bool phase_needs_upgrade(const PlannedStage& stage) {
    const auto& needs = stage.kind->needs;
    const auto later = {evidence::upgrade_done, evidence::migration_current, evidence::services_healthy};
    return std::ranges::any_of(needs, [&](auto need) { return std::ranges::find(later, need) != later.end(); });
  }

  /// Preflight, and then: is there anything to do, and is the database ours alone?
  Task<> enter(StageContext& context, Outcome& outcome) {
    const auto pending = std::ranges::find(outcome.evidence, evidence::migration_pending, &Evidence::name);
    const bool nothing = pending != outcome.evidence.end() && pending->facts["revisions"].as_array().empty();
    finishing_ = nothing && x_.finishes;
    nothing_to_do_ = nothing && !finishing_;
    if (nothing_to_do_ || dry()) co_return;
    if (finishing_) context.record(fact::finishes, *x_.finishes);
    const auto holder = co_await x_.lock.acquire(context.stop);
    if (!holder) co_return;
    context.record(fact::lock_busy, *holder);
    outcome.verdict = Verdict::failed;
    outcome.summary = "another run holds this database: " + *holder;
  }

  Task<bool> run_stage(const PlannedStage& stage) {
    emit(StageStarted{stage.name});
    const auto begin = x_.ports.clock.boot();
    const auto limits = std::make_shared<Limits>();
    x_.interrupt.on_ask = [this, &stage, limits] { on_interrupt(stage, *limits); };
    if (x_.interrupt.times() > 0) on_interrupt(stage, *limits);
    const auto executor = co_await boost::asio::this_coro::executor;
    boost::asio::co_spawn(executor, expire(x_.ports.clock, stage.timeout, limits), boost::asio::detached);

    StageContext context = context_for(stage, limits->stage.get_token());
    Outcome outcome = co_await attempt(work_of(stage, context));
    limits->timer.request_stop();
    x_.interrupt.on_ask = nullptr;
    co_await x_.ports.commands.end_strays();
    if (outcome.verdict == Verdict::failed) explain_stop(outcome, *limits, stage);
    const bool passed = outcome.verdict == Verdict::passed;
    emit(StageFinished{stage.name, std::move(outcome), x_.ports.clock.boot() - begin});
    co_return passed;
  }

  /// The stage, and what the engine itself asks around it.
  Task<Outcome> work_of(const PlannedStage& stage, StageContext& context) {
    if (stage.provides(evidence::upgrade_done)) {
      const bool locked = co_await x_.lock.held(context.stop);
      if (!locked)
        co_return Outcome{Verdict::failed, "the database lock was lost before the upgrade began", {}, {}, {}};
    }
    Outcome outcome = co_await stage.stage->run(context);
    const bool entering = stage.provides(evidence::preflight_passed) && outcome.verdict == Verdict::passed;
    if (entering) co_await enter(context, outcome);
    co_return outcome;
  }

  StageContext context_for(const PlannedStage& stage, std::stop_token stop) {
    StageContext context{.application = x_.application,
                         .ports = x_.ports,
                         .run = run_,
                         .approvals = x_.approvals,
                         .applied = x_.applied,
                         .target = x_.request.target,
                         .output = {},
                         .stop = std::move(stop)};
    if (!dry()) context.output = x_.outputs / (stage.name + ".log");
    context.progress = [this, &stage](std::string text) { x_.observer.on_progress(stage.name, text); };
    context.record = [this, &stage](std::string_view name, Json value) {
      emit(FactRecorded{stage.name, std::string(name), std::move(value)});
    };
    return context;
  }

  /// Before the upgrade a signal stops; during it only an insisting one; after it the run is brought to its end.
  void on_interrupt(const PlannedStage& stage, Limits& limits) {
    const Phase phase = phase_of(run_);
    const bool may_stop = phase == Phase::before_upgrade || (phase == Phase::upgrading && x_.interrupt.times() > 1);
    if (may_stop) return limits.stop(Limits::Reason::asked);
    x_.observer.on_notice(
        phase == Phase::upgrading
            ? "asked to stop: the upgrade is running and will be finished; ask again to end it by force"
            : fmt::format("asked to stop: the upgrade is done, so {} is finished first", stage.name));
  }

  static void explain_stop(Outcome& outcome, const Limits& limits, const PlannedStage& stage) {
    if (limits.reason == Limits::Reason::none) return;
    if (!outcome.summary.empty()) outcome.details.insert(outcome.details.begin(), outcome.summary);
    outcome.summary = limits.reason == Limits::Reason::asked
                          ? "stopped because it was asked to"
                          : fmt::format("no end within {} s", std::chrono::duration<double>(stage.timeout).count());
    if (limits.reason == Limits::Reason::deadline)
      outcome.details.push_back(fmt::format("fix: find out what it waits for, or set {}.timeout", stage.name));
  }

  /// Services that a `stop` stage stopped run again when the upgrade changed nothing.
  Task<> start_services_again() {
    const Json stopped = run_.fact(fact::services_stopped);
    if (stopped.is_null() || conclude(run_).result == Result::held) co_return;
    if (phase_of(run_) == Phase::after_upgrade) co_return;
    Json failed = Json::array();
    for (const std::string& name : stopped.as_strings()) {
      const bool running = co_await started(name);
      if (!running) failed.push(name);
    }
    const std::string& stage = x_.plan.stages.front().name;
    if (!failed.as_array().empty()) emit(FactRecorded{stage, std::string(fact::services_not_started_again), failed});
  }

  Task<bool> started(std::string name) {
    const auto unit = UnitName::parse(name);
    if (!unit) co_return false;
    try {
      const std::stop_token unstoppable;
      const JobEnd end = co_await x_.ports.services.start(*unit, unstoppable);
      co_return end.ok();
    } catch (const Error& error) {
      x_.observer.on_notice(error.what());
      co_return false;
    }
  }

  /// Durable first, then told. Past the start of the upgrade a ledger that cannot be written stops nothing.
  /// Stages compare facts, so they get them as they were; people see what the ledger kept, without secrets.
  void emit(EventBody body) {
    const Time now = x_.ports.clock.now();
    Event event{0, x_.run_id, now, body};
    Event kept = event;
    try {
      kept = x_.ledger.append(x_.run_id, body, now);
    } catch (const Error& error) {
      if (phase_of(run_) == Phase::before_upgrade) throw;
      x_.observer.on_notice(error.what());
    }
    run_ = apply(std::move(run_), event);
    shown_ = apply(std::move(shown_), kept);
    x_.observer.on_event(shown_, kept);
  }

  Execution x_;
  Run run_, shown_;
  bool nothing_to_do_ = false;
  bool finishing_ = false;  // nothing is pending, and an earlier run left its last stages open
};

}  // namespace

Task<Run> execute(Execution execution) {
  Loop loop(std::move(execution));
  co_return co_await loop.run();
}

}  // namespace orchestrate
