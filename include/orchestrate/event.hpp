#pragma once

#include <chrono>
#include <cstdint>
#include <optional>
#include <string>
#include <variant>
#include <vector>

#include "orchestrate/json.hpp"
#include "orchestrate/outcome.hpp"

namespace orchestrate {

using Time = std::chrono::system_clock::time_point;

/// How a run ended.
enum class Result {
  succeeded,
  nothing_to_do,
  blocked,           ///< red flags: nothing changed
  failed_unchanged,  ///< nothing changed, proven where the upgrade had begun
  held,              ///< an operator must act
};

struct RunCreated {
  std::string app, verb, target;
  std::string requested_by;   ///< "uid 0 (root)"
  std::string host, version;  ///< ours
  std::string policy_file, policy_sha256;
  std::vector<std::string> stages;
  std::optional<std::string> window_override;  ///< why the policy's window was not to count
  std::optional<std::string> reason;           ///< why, where the caller has to say
  std::optional<std::string> confirmed;        ///< the grade of the way back that the caller accepts
  std::optional<std::string> unit;             ///< the worker that runs it; none: the process that was typed
  std::optional<std::string> request_id;       ///< what the caller called its request; said again, it is this run
  bool operator==(const RunCreated&) const = default;
};
struct StageStarted {
  std::string stage;
  bool operator==(const StageStarted&) const = default;
};
/// Something a stage must not forget even when it dies in the next instant; written before the act it speaks of.
struct FactRecorded {
  std::string stage, name;
  Json value;
  bool operator==(const FactRecorded&) const = default;
};
struct StageFinished {
  std::string stage;
  Outcome outcome;
  std::chrono::milliseconds elapsed{};
  bool operator==(const StageFinished&) const = default;
};
struct RunFinished {
  Result result = Result::held;
  int exit_code = 5;
  std::string summary;  ///< what state database, checkout and service are in
  std::string next;     ///< the exact next command; empty when there is none
  bool operator==(const RunFinished&) const = default;
};

/// The run goes on after its end. What `stages` had found is forgotten: they are done again.
struct RunResumed {
  std::string requested_by, host, version;
  std::vector<std::string> stages;
  bool operator==(const RunResumed&) const = default;
};
enum class Manner { in_order, by_force };
/// Somebody asked a run to stop; written before the run hears of it.
struct CancelRequested {
  std::string requested_by;
  Manner manner = Manner::in_order;
  bool operator==(const CancelRequested&) const = default;
};
/// A person answers for what the run left open: nothing brings it to its end any more.
struct RunAborted {
  std::string requested_by, reason;
  bool operator==(const RunAborted&) const = default;
};

/// A worker brings a run to its end whose worker died; written before it looks, so that attempts are counted.
struct RecoveryStarted {
  std::string unit, version;
  bool operator==(const RecoveryStarted&) const = default;
};

/// A person is content with what the run changed: the way back to before it need not be kept any longer.
struct RunConfirmed {
  std::string requested_by;
  bool operator==(const RunConfirmed&) const = default;
};

using EventBody = std::variant<RunCreated, StageStarted, FactRecorded, StageFinished, RunFinished, RunResumed,
                               CancelRequested, RunAborted, RecoveryStarted, RunConfirmed>;

/// One durable fact about one run.
struct Event {
  std::int64_t sequence = 0;
  std::string run;
  Time at;
  EventBody body;
  bool operator==(const Event&) const = default;
};

std::string_view to_string(Result result);
std::string_view to_string(Manner manner);
std::string_view type_of(const EventBody& body);  ///< `run-created`, `stage-started`, ...
Json to_json(const EventBody& body);
/// Throws Error (`failed`) on a type or shape that this version does not know.
EventBody event_from_json(std::string_view type, const Json& json);
/// {"sequence", "run", "at", "at_ns", "type", "body"}
Json to_json(const Event& event);
Event event_from_json(const Json& json);

/// `2026-11-20T09:14:03Z`.
std::string utc_text(Time time);
/// Inverse of utc_text; throws Error (`failed`).
Time parse_utc(std::string_view text);

}  // namespace orchestrate
