#include "orchestrate/event.hpp"

#include <array>

#include "orchestrate/error.hpp"

namespace orchestrate {
namespace {

constexpr std::array<std::string_view, 5> results = {"succeeded", "nothing-to-do", "blocked", "failed-unchanged",
                                                     "held"};
constexpr std::array<std::string_view, 10> types = {
    "run-created", "stage-started",    "fact-recorded", "stage-finished",   "run-finished",
    "run-resumed", "cancel-requested", "run-aborted",   "recovery-started", "run-confirmed"};
constexpr std::array<std::string_view, 2> manners = {"in-order", "by-force"};

template <class Enum, std::size_t N>
Enum enum_from(const std::array<std::string_view, N>& names, const std::string& text) {
  for (std::size_t i = 0; i < N; ++i)
    if (names[i] == text) return static_cast<Enum>(i);
  throw Error(ErrorKind::failed, "read a ledger event", "unknown word '" + text + "'",
              "it was written by a newer orchestrate: use that version");
}

Json to_json(const Outcome& outcome) {
  Json evidence = Json::array(), findings = Json::array();
  for (const Evidence& e : outcome.evidence) evidence.push(Json::object({{"name", e.name}, {"facts", e.facts}}));
  for (const Finding& f : outcome.findings) findings.push(orchestrate::to_json(f));
  return Json::object({{"verdict", to_string(outcome.verdict)},
                       {"summary", outcome.summary},
                       {"details", Json::of(outcome.details)},
                       {"evidence", evidence},
                       {"findings", findings},
                       {"next", outcome.next}});
}

Outcome outcome_from(const Json& json) {
  static constexpr std::array<std::string_view, 4> verdicts = {"passed", "blocked", "failed", "stopped"};
  Outcome outcome;
  outcome.verdict = enum_from<Verdict>(verdicts, json["verdict"].as_string());
  outcome.summary = json.text_or("summary");
  outcome.details = json["details"].as_strings();
  outcome.next = json.text_or("next");
  for (const Json& e : json["evidence"].as_array()) outcome.evidence.push_back({e["name"].as_string(), e["facts"]});
  for (const Json& f : json["findings"].as_array()) outcome.findings.push_back(finding_from_json(f));
  return outcome;
}

std::optional<std::string> text_if_any(const Json& json) {
  if (json.is_null()) return std::nullopt;
  return json.as_string();
}

struct ToJson {
  Json operator()(const RunCreated& e) const {
    Json json = Json::object({{"app", e.app},
                              {"verb", e.verb},
                              {"target", e.target},
                              {"requested_by", e.requested_by},
                              {"host", e.host},
                              {"version", e.version},
                              {"policy_file", e.policy_file},
                              {"policy_sha256", e.policy_sha256},
                              {"stages", Json::of(e.stages)}});
    if (e.window_override) json.set("window_override", *e.window_override);
    if (e.reason) json.set("reason", *e.reason);
    if (e.confirmed) json.set("confirmed", *e.confirmed);
    if (e.unit) json.set("unit", *e.unit);
    if (e.request_id) json.set("request_id", *e.request_id);
    return json;
  }
  Json operator()(const StageStarted& e) const { return Json::object({{"stage", e.stage}}); }
  Json operator()(const FactRecorded& e) const {
    return Json::object({{"stage", e.stage}, {"name", e.name}, {"value", e.value}});
  }
  Json operator()(const StageFinished& e) const {
    return Json::object({{"stage", e.stage}, {"elapsed_ms", e.elapsed.count()}, {"outcome", to_json(e.outcome)}});
  }
  Json operator()(const RunFinished& e) const {
    return Json::object(
        {{"result", to_string(e.result)}, {"exit_code", e.exit_code}, {"summary", e.summary}, {"next", e.next}});
  }
  Json operator()(const RunResumed& e) const {
    return Json::object(
        {{"requested_by", e.requested_by}, {"host", e.host}, {"version", e.version}, {"stages", Json::of(e.stages)}});
  }
  Json operator()(const CancelRequested& e) const {
    return Json::object({{"requested_by", e.requested_by}, {"manner", to_string(e.manner)}});
  }
  Json operator()(const RunAborted& e) const {
    return Json::object({{"requested_by", e.requested_by}, {"reason", e.reason}});
  }
  Json operator()(const RecoveryStarted& e) const { return Json::object({{"unit", e.unit}, {"version", e.version}}); }
  Json operator()(const RunConfirmed& e) const { return Json::object({{"requested_by", e.requested_by}}); }
};

}  // namespace

std::string_view to_string(Result result) {
  return results[static_cast<std::size_t>(result)];
}
std::string_view to_string(Manner manner) {
  return manners[static_cast<std::size_t>(manner)];
}
std::string_view type_of(const EventBody& body) {
  return types[body.index()];
}
Json to_json(const EventBody& body) {
  return std::visit(ToJson{}, body);
}

EventBody event_from_json(std::string_view type, const Json& json) {
  if (type == types[0])
    return RunCreated{.app = json.text_or("app"),
                      .verb = json.text_or("verb"),
                      .target = json.text_or("target"),
                      .requested_by = json.text_or("requested_by"),
                      .host = json.text_or("host"),
                      .version = json.text_or("version"),
                      .policy_file = json.text_or("policy_file"),
                      .policy_sha256 = json.text_or("policy_sha256"),
                      .stages = json["stages"].as_strings(),
                      .window_override = text_if_any(json["window_override"]),
                      .reason = text_if_any(json["reason"]),
                      .confirmed = text_if_any(json["confirmed"]),
                      .unit = text_if_any(json["unit"]),
                      .request_id = text_if_any(json["request_id"])};
  if (type == types[1]) return StageStarted{json["stage"].as_string()};
  if (type == types[2]) return FactRecorded{json["stage"].as_string(), json["name"].as_string(), json["value"]};
  if (type == types[3])
    return StageFinished{json["stage"].as_string(), outcome_from(json["outcome"]),
                         std::chrono::milliseconds(json["elapsed_ms"].as_integer())};
  if (type == types[4])
    return RunFinished{enum_from<Result>(results, json["result"].as_string()),
                       static_cast<int>(json["exit_code"].as_integer()), json.text_or("summary"), json.text_or("next")};
  if (type == types[5])
    return RunResumed{json.text_or("requested_by"), json.text_or("host"), json.text_or("version"),
                      json["stages"].as_strings()};
  if (type == types[6])
    return CancelRequested{json.text_or("requested_by"), enum_from<Manner>(manners, json["manner"].as_string())};
  if (type == types[7]) return RunAborted{json.text_or("requested_by"), json.text_or("reason")};
  if (type == types[8]) return RecoveryStarted{json.text_or("unit"), json.text_or("version")};
  if (type == types[9]) return RunConfirmed{json.text_or("requested_by")};
  throw Error(ErrorKind::failed, "read a ledger event", "unknown type '" + std::string(type) + "'",
              "it was written by a newer orchestrate: use that version");
}

Json to_json(const Event& event) {
  const auto since_1970 = std::chrono::duration_cast<std::chrono::nanoseconds>(event.at.time_since_epoch());
  return Json::object({{"sequence", event.sequence},
                       {"run", event.run},
                       {"at", utc_text(event.at)},
                       {"at_ns", since_1970.count()},
                       {"type", type_of(event.body)},
                       {"body", to_json(event.body)}});
}

Event event_from_json(const Json& json) {
  const std::chrono::nanoseconds since_1970(json["at_ns"].as_integer());
  return {json["sequence"].as_integer(), json["run"].as_string(),
          Time(std::chrono::duration_cast<Time::duration>(since_1970)),
          event_from_json(json["type"].as_string(), json["body"])};
}

}  // namespace orchestrate
