#pragma once

#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "orchestrate/direction.hpp"
#include "orchestrate/event.hpp"

namespace orchestrate {

struct StageRecord {
  enum class State { waiting, running, passed, blocked, failed, stopped };
  std::string name;
  State state = State::waiting;
  Time started_at;
  std::chrono::milliseconds elapsed{};
  Outcome outcome;
  std::map<std::string, Json> facts;
  std::vector<Evidence> earlier;  ///< what it had proven before the run went on
  bool operator==(const StageRecord&) const = default;
};

/// A run as its events tell it: the one value behind live display, history, recovery and reports.
struct Run {
  std::string id;
  Time started_at, last_event_at;
  RunCreated created;
  std::vector<StageRecord> stages;
  std::optional<RunFinished> finished;
  std::optional<CancelRequested> cancel;  ///< the newest
  std::optional<RunAborted> aborted;
  std::optional<RunConfirmed> confirmed;
  int recoveries = 0;  ///< how often a worker has begun to bring it to its end

  const StageRecord* stage(std::string_view name) const;
  /// Facts of the newest evidence of that name; null Json when no stage provided it.
  const Json& evidence(std::string_view name) const;
  /// The newest fact of that name of any stage; null Json when none.
  const Json& fact(std::string_view name) const;
  /// By its verb.
  Direction direction() const;
  /// Whether it brings a backup back instead of running a migration.
  bool restores() const;
  /// What it does to the version table, "upgrade", "downgrade", "stamp", "restore" or "rollback"; or "restart".
  std::string_view act() const;
  /// {"REVISION": "SHA-256 of its file"}: what the database holds once the migration is done, and did not before.
  Json applied_files() const;
  bool operator==(const Run&) const = default;
};

/// The fold. Unknown stages are appended, so that any prefix of any ledger replays.
Run apply(Run run, const Event& event);
Run replay(const std::vector<Event>& events);

}  // namespace orchestrate
