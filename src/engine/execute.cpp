#include "engine/execute.hpp"

#include <algorithm>
#include <list>
#include <memory>
#include <utility>

#include <fmt/format.h>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/detached.hpp>
#include <boost/asio/this_coro.hpp>

#include "engine/attempt.hpp"
#include "engine/batches.hpp"
#include "engine/conclude.hpp"
#include "engine/gathering.hpp"
#include "engine/limits.hpp"
#include "engine/on_failure.hpp"
#include "engine/phase.hpp"
#include "engine/start_again.hpp"
#include "orchestrate/error.hpp"
#include "orchestrate/evidence.hpp"
#include "replacement/settle.hpp"

namespace orchestrate {
namespace {

class Loop {
 public:
  explicit Loop(Execution execution) : x_(std::move(execution)) {}

  Task<Run> run() {
    began_at_ = x_.ports.clock.now();
    begin();
    x_.interrupt.on_ask = [this] { on_interrupt(); };
    for (const Batch& batch : batches(x_.plan)) {
      const bool passed = co_await run_batch(batch);
      if (!passed || nothing_to_do_) break;
    }
    x_.interrupt.on_ask = nullptr;
    co_await take_back_replacement();
    co_await start_services_again();
    x_.lock.release();
    co_await answer_failure();
    emit(told_with_answer(conclude(run_), run_));
    co_return shown_;
  }

 private:
  std::string_view migration() const { return run_.act(); }
  bool dry() const { return x_.outputs.empty(); }

  void begin() {
    if (!x_.resumption) return emit(x_.request);
    run_ = shown_ = x_.resumption->run;
    emit(x_.resumption->event);
  }

  /// A dry run makes the checks only; finishing an earlier run starts after its upgrade; a resumed run does not do
  /// again what it may keep.
  bool skipped(const PlannedStage& stage) const {
    if (const StageRecord* record = run_.stage(stage.name); record && record->state == StageRecord::State::passed)
      return true;
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

  /// Preflight, and then: is there anything to do? The database is ours alone before, or what preflight sees would not
  /// stay true. Where the lock could not be asked for, preflight tells that with whatever else is wrong.
  Task<Outcome> enter(const PlannedStage& stage, StageContext& context) {
    Outcome locked{Verdict::passed, {}, {}, {}, {}};
    if (!dry()) locked = co_await attempt(take_lock(context));
    if (!run_.fact(fact::lock_busy).is_null()) co_return locked;
    Outcome outcome = co_await stage.stage->run(context);
    if (outcome.verdict != Verdict::passed) co_return outcome;
    if (locked.verdict != Verdict::passed) co_return locked;
    const auto pending = std::ranges::find(outcome.evidence, evidence::migration_pending, &Evidence::name);
    const Json began_at = x_.resumption ? x_.resumption->began_at : Json();
    if (!began_at.is_null() && pending != outcome.evidence.end() && pending->facts["from"] != began_at) {
      outcome.verdict = Verdict::failed;
      outcome.summary = "the database is not where this run began";
      outcome.next = same_again(run_);
      co_return outcome;
    }
    const bool nothing = pending != outcome.evidence.end() && pending->facts["revisions"] == Json::array();
    finishing_ = nothing && x_.finishes;
    nothing_to_do_ = nothing && !finishing_;
    if (finishing_ && !dry()) context.record(fact::finishes, *x_.finishes);
    co_return outcome;
  }

  Task<Outcome> take_lock(StageContext& context) {
    context.progress("taking the database lock");
    const auto holder = co_await x_.lock.acquire(context.stop);
    if (!holder) co_return Outcome{Verdict::passed, {}, {}, {}, {}};
    context.record(fact::lock_busy, *holder);
    co_return Outcome{Verdict::failed, "another run holds this database: " + *holder, {}, {}, {}};
  }

  /// Each stage as soon as what it needs of the others is proven; returns when all that began have ended. After the
  /// first that does not pass none begins, and those that take long are stopped.
  Task<bool> run_batch(const Batch& batch) {
    const auto executor = co_await boost::asio::this_coro::executor;
    Gathering gathering(executor);
    std::exception_ptr failure;
    bool going_on = true;
    Batch waiting;
    for (const PlannedStage* stage : batch)
      if (!skipped(*stage)) waiting.push_back(stage);
    const std::function<void(std::exception_ptr)> at_end = [&](std::exception_ptr error) {
      if (error && !failure) failure = error;
      going_on = going_on && !failure && all_passed(batch);
      if (!going_on) stop_lengthy();
    };
    for (;;) {
      for (const PlannedStage* stage : std::exchange(waiting, {})) {
        if (!ready(*stage, batch, run_))
          waiting.push_back(stage);
        else if (going_on)
          gathering.begin(run_stage(*stage), at_end);
      }
      if (gathering.running() == 0) break;
      co_await gathering.next_end();
    }
    if (failure) std::rethrow_exception(failure);
    co_return going_on;
  }

  /// Of those that have ended.
  bool all_passed(const Batch& batch) const {
    return std::ranges::none_of(batch, [&](const PlannedStage* stage) {
      const StageRecord* record = run_.stage(stage->name);
      return record && record->state != StageRecord::State::passed && record->state != StageRecord::State::waiting &&
             record->state != StageRecord::State::running;
    });
  }

  void stop_lengthy() {
    for (const Running& other : running_)
      if (other.stage.kind->length == Length::lengthy) other.limits->stop(Limits::Reason::pointless);
  }

  Task<> run_stage(const PlannedStage& stage) {
    emit(StageStarted{stage.name});
    const auto begin = x_.ports.clock.boot();
    const auto limits = std::make_shared<Limits>();
    const auto place = running_.insert(running_.end(), Running{stage, limits});
    if (x_.interrupt.times() > 0) on_interrupt();
    const auto executor = co_await boost::asio::this_coro::executor;
    boost::asio::co_spawn(executor, expire(x_.ports.clock, stage.timeout, limits), boost::asio::detached);

    StageContext context = context_for(stage, limits->token());
    Outcome outcome = co_await attempt(work_of(stage, context));
    limits->ended();
    running_.erase(place);
    co_await x_.ports.commands.end_strays();
    outcome = explained(std::move(outcome), *limits, stage);
    emit(StageFinished{stage.name, std::move(outcome), x_.ports.clock.boot() - begin});
    if (stage.provides(evidence::migration_current)) x_.lock.release();
  }

  /// The stage, and what the engine itself asks around it.
  Task<Outcome> work_of(const PlannedStage& stage, StageContext& context) {
    if (stage.provides(evidence::preflight_passed)) co_return co_await enter(stage, context);
    if (stage.provides(evidence::upgrade_done)) {
      const bool locked = co_await x_.lock.held(context.stop);
      if (!locked)
        co_return Outcome{
            Verdict::failed, fmt::format("the database lock was lost before the {} began", migration()), {}, {}, {}};
    }
    Outcome outcome = co_await attempt(stage.stage->run(context));
    if (phase_of(run_) == Phase::upgrading) co_await look_for_lock(context, outcome);
    co_return outcome;
  }

  /// A lock lost during the upgrade ends nothing: what the database says afterwards decides.
  Task<> look_for_lock(StageContext& context, Outcome& outcome) {
    if (run_.restores()) co_return;  // it ended all sessions of the database, which is closed, and the lock's with them
    const std::stop_token unstoppable;
    const bool held = co_await x_.lock.held(unstoppable);
    if (held) co_return;
    const std::string lost =
        fmt::format("the database lock was lost during the {}; another host may have begun meanwhile", migration());
    context.record(fact::lock_lost, lost);
    outcome.details.push_back(lost);
    x_.observer.on_notice(lost);
  }

  StageContext context_for(const PlannedStage& stage, std::stop_token stop) {
    StageContext context{.application = x_.application,
                         .ports = x_.ports,
                         .run = run_,
                         .approvals = x_.approvals,
                         .applied = x_.applied,
                         .gate = x_.gate,
                         .backups = x_.backups,
                         .target = x_.request.target,
                         .output = {},
                         .stop = std::move(stop),
                         .asked = asked_.get_token()};
    if (!dry()) context.output = x_.outputs / (stage.name + ".log");
    context.state = x_.state;
    context.rehearsed = x_.rehearsed;
    context.progress = [this, &stage](std::string text) { x_.observer.on_progress(stage.name, text); };
    context.record = [this, &stage](std::string_view name, Json value) {
      emit(FactRecorded{stage.name, std::string(name), std::move(value)});
    };
    return context;
  }

  /// Before the upgrade a signal stops; during it only an insisting one; after it the run is brought to its end.
  void on_interrupt() {
    asked_.request_stop();
    const Phase phase = phase_of(run_);
    const bool may_stop = phase == Phase::before_upgrade || (phase == Phase::upgrading && x_.interrupt.times() > 1);
    if (may_stop) {
      for (const Running& each : running_) each.limits->stop(Limits::Reason::asked);
      return;
    }
    std::string names;
    for (const Running& each : running_) names += (names.empty() ? "" : " and ") + each.stage.name;
    x_.observer.on_notice(
        phase == Phase::upgrading
            ? fmt::format("asked to stop: the {} is running and will be finished; ask again to end it by force",
                          migration())
            : fmt::format("asked to stop: the {} is done, so {} is finished first", migration(), names));
  }

  /// A new database that did not get the name is of no use. What cannot be asked now, the next command asks again.
  Task<> take_back_replacement() {
    if (!run_.restores() || !may_start_again(run_)) co_return;
    try {
      const std::string left = co_await replacement::take_back(run_, x_.application, x_.ports.databases);
      if (!left.empty()) x_.observer.on_notice(left);
    } catch (const Error& error) {
      x_.observer.on_notice(error.what());
    }
  }

  /// Services that a `stop` stage stopped run again when the upgrade changed nothing.
  Task<> start_services_again() {
    if (!may_start_again(run_)) co_return;
    const std::function<void(std::string_view)> tell = [this](std::string_view text) { x_.observer.on_notice(text); };
    const std::vector<std::string> failed = co_await start_again(run_, x_.ports.services, tell);
    const std::string& stage = x_.plan.stages.front().name;
    if (!failed.empty()) emit(FactRecorded{stage, std::string(fact::services_not_started_again), Json::of(failed)});
  }

  /// What the policy wants to become of a run that will end held is said before its end.
  Task<> answer_failure() {
    const bool held = !dry() && conclude(run_).result == Result::held;
    if (!held) co_return;
    Circumstances around;
    around.asked_to_stop = x_.interrupt.times() > 0;
    around.watched_since = began_at_;
    const Policy& policy = x_.application.policy;
    const std::string way_back = x_.new_run_id();
    const Json answer =
        co_await ask_on_failure(run_, policy, x_.ports.services, x_.ledger, std::move(around), way_back);
    if (!answer.is_null()) emit(FactRecorded{run_.stages.front().name, std::string(fact::on_failure), answer});
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

  /// A stage that has begun and not ended.
  struct Running {
    const PlannedStage& stage;
    std::shared_ptr<Limits> limits;
  };

  Execution x_;
  Run run_, shown_;
  Time began_at_;
  std::list<Running> running_;
  std::stop_source asked_;
  bool nothing_to_do_ = false;
  bool finishing_ = false;  // nothing is pending, and an earlier run left its last stages open
};

}  // namespace

Task<Run> execute(Execution execution) {
  Loop loop(std::move(execution));
  co_return co_await loop.run();
}

}  // namespace orchestrate
