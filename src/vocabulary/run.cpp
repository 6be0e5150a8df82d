#include "orchestrate/run.hpp"

#include <algorithm>
#include <array>

#include "orchestrate/evidence.hpp"

namespace orchestrate {
namespace {

const Json null_json;

StageRecord& stage_of(Run& run, const std::string& name) {
  const auto found = std::ranges::find(run.stages, name, &StageRecord::name);
  if (found != run.stages.end()) return *found;
  run.stages.push_back({.name = name});
  return run.stages.back();
}

StageRecord::State state_of(Verdict verdict) {
  switch (verdict) {
    case Verdict::passed:
      return StageRecord::State::passed;
    case Verdict::blocked:
      return StageRecord::State::blocked;
    case Verdict::stopped:
      return StageRecord::State::stopped;
    case Verdict::failed:
      break;
  }
  return StageRecord::State::failed;
}

void begin_anew(StageRecord& stage) {
  std::vector<Evidence> proven = std::move(stage.outcome.evidence);
  if (proven.empty()) proven = std::move(stage.earlier);
  stage = StageRecord{.name = std::move(stage.name), .earlier = std::move(proven)};
}

struct Fold {
  Run& run;
  const Event& event;

  void operator()(const RunCreated& e) const {
    run.id = event.run;
    run.started_at = event.at;
    run.created = e;
    for (const std::string& name : e.stages) stage_of(run, name);
  }
  void operator()(const StageStarted& e) const {
    StageRecord& stage = stage_of(run, e.stage);
    stage.state = StageRecord::State::running;
    stage.started_at = event.at;
  }
  void operator()(const FactRecorded& e) const { stage_of(run, e.stage).facts.insert_or_assign(e.name, e.value); }
  void operator()(const StageFinished& e) const {
    StageRecord& stage = stage_of(run, e.stage);
    stage.state = state_of(e.outcome.verdict);
    stage.elapsed = e.elapsed;
    stage.outcome = e.outcome;
  }
  void operator()(const RunFinished& e) const { run.finished = e; }
  void operator()(const RunResumed& e) const {
    run.finished.reset();
    run.cancel.reset();
    for (const std::string& name : e.stages) begin_anew(stage_of(run, name));
  }
  void operator()(const CancelRequested& e) const { run.cancel = e; }
  void operator()(const RunAborted& e) const { run.aborted = e; }
  void operator()(const RecoveryStarted&) const { ++run.recoveries; }
  void operator()(const RunConfirmed& e) const { run.confirmed = e; }
};

}  // namespace

Direction Run::direction() const {
  return created.verb == to_string(Direction::downgrade) ? Direction::downgrade : Direction::upgrade;
}

Json Run::applied_files() const {
  if (direction() == Direction::downgrade) return Json::object();
  return evidence(evidence::review_passed)["files"];
}

bool Run::restores() const {
  return created.verb == "restore" || created.verb == "rollback";
}

std::string_view Run::act() const {
  static constexpr std::array<std::string_view, 4> verbs = {"stamp", "restart", "restore", "rollback"};
  const auto found = std::ranges::find(verbs, created.verb);
  return found != verbs.end() ? *found : to_string(direction());
}

const StageRecord* Run::stage(std::string_view name) const {
  const auto found = std::ranges::find(stages, name, &StageRecord::name);
  return found == stages.end() ? nullptr : &*found;
}

const Json& Run::evidence(std::string_view name) const {
  for (auto stage = stages.rbegin(); stage != stages.rend(); ++stage)
    for (const Evidence& evidence : stage->outcome.evidence)
      if (evidence.name == name) return evidence.facts;
  return null_json;
}

const Json& Run::fact(std::string_view name) const {
  for (auto stage = stages.rbegin(); stage != stages.rend(); ++stage)
    if (const auto found = stage->facts.find(std::string(name)); found != stage->facts.end()) return found->second;
  return null_json;
}

Run apply(Run run, const Event& event) {
  run.last_event_at = event.at;
  std::visit(Fold{run, event}, event.body);
  return run;
}

Run replay(const std::vector<Event>& events) {
  Run run;
  for (const Event& event : events) run = apply(std::move(run), event);
  return run;
}

}  // namespace orchestrate
