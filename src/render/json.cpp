#include "render/json.hpp"

#include <array>

#include "render/result.hpp"
#include "render/versions.hpp"

namespace orchestrate {
namespace {

// In the order of StageRecord::State.
constexpr std::array<std::string_view, 6> states = {"waiting", "running", "passed", "blocked", "failed", "stopped"};

Json versioned(Json::Object members) {
  members.insert(members.begin(), {"schema_version", json_schema_version});
  return members;
}

template <class Items, class Render>
Json list(const Items& items, Render render) {
  Json array = Json::array();
  for (const auto& item : items) array.push(render(item));
  return array;
}

Json stage_json(const StageRecord& stage) {
  Json json = Json::object({{"name", stage.name}, {"state", states[static_cast<std::size_t>(stage.state)]}});
  if (stage.state == StageRecord::State::waiting) return json;
  json.set("started_at", utc_text(stage.started_at));
  Json facts = Json::object();
  for (const auto& [name, value] : stage.facts) facts.set(name, value);
  json.set("facts", facts);
  if (stage.state == StageRecord::State::running) return json;
  json.set("elapsed_ms", stage.elapsed.count());
  // An outcome looks here as it does in the event that brought it.
  json.set("outcome", to_json(EventBody(StageFinished{stage.name, stage.outcome, stage.elapsed}))["outcome"]);
  return json;
}

Json run_summary(const Run& run) {
  Json json = to_json(EventBody(run.created));
  Json::Object members{{"run", run.id}};
  for (const Json::Member& member : json.as_object())
    if (member.first != "stages") members.push_back(member);
  json = std::move(members);
  json.set("started_at", utc_text(run.started_at));
  json.set("last_event_at", utc_text(run.last_event_at));
  if (const auto versions = versions_of(run))
    json.set("versions",
             Json::object({{"before", Json::of(versions->before)}, {"target", Json::of(versions->target)}}));
  json.set("finished", run.finished ? to_json(EventBody(*run.finished)) : Json());
  if (run.cancel) json.set("cancel", to_json(EventBody(*run.cancel)));
  if (run.aborted) json.set("aborted", to_json(EventBody(*run.aborted)));
  if (run.confirmed) json.set("confirmation", to_json(EventBody(*run.confirmed)));
  return json;
}

Json optional_run(const std::optional<Run>& run) {
  return run ? run_summary(*run) : Json();
}

Json gate_json(const std::optional<GateState>& gate) {
  if (!gate) return nullptr;
  return Json::object({{"open", gate->open},
                       {"standing", gate->standing},
                       {"why", gate->why},
                       {"next", gate->next},
                       {"held_until", gate->held_until ? Json(*gate->held_until) : Json()}});
}

}  // namespace

Json run_json(const Run& run) {
  Json json = versioned(run_summary(run).as_object());
  return json.set("stages", list(run.stages, stage_json));
}

Json history_json(const std::vector<Run>& runs) {
  return versioned({{"runs", list(runs, run_summary)}});
}

Json status_json(const AppStatus& status) {
  return versioned({{"app", status.app},
                    {"state", status_word(status)},
                    {"unfinished", optional_run(status.unfinished)},
                    {"last", optional_run(status.last)},
                    {"held", optional_run(status.held)},
                    {"warnings", Json::of(status.warnings)},
                    {"gate", gate_json(status.gate)}});
}

Json events_json(const std::vector<Event>& events) {
  return versioned({{"events", list(events, [](const Event& event) { return to_json(event); })}});
}

Json findings_json(const std::vector<Finding>& findings) {
  return versioned({{"findings", list(findings, [](const Finding& finding) { return to_json(finding); })}});
}

}  // namespace orchestrate
