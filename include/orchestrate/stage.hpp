#pragma once

#include <chrono>
#include <filesystem>
#include <functional>
#include <memory>
#include <optional>
#include <span>
#include <stop_token>
#include <string>
#include <string_view>
#include <vector>

#include "orchestrate/ledger.hpp"
#include "orchestrate/outcome.hpp"
#include "orchestrate/policy.hpp"
#include "orchestrate/ports.hpp"
#include "orchestrate/run.hpp"
#include "orchestrate/settings.hpp"

namespace orchestrate {

/// A revision that is in the database, with what its file was when a run applied it.
struct AppliedRevision {
  std::string id, file_sha256, run;
  Time at;
  bool was_there = false;  ///< somebody else had applied it: as it was when a run first saw it
  bool operator==(const AppliedRevision&) const = default;
};

/// What a stage may see and use while it runs.
struct StageContext {
  const Application& application;
  Ports& ports;
  const Run& run;  ///< evidence and facts so far
  const std::vector<Approval>& approvals;
  const std::vector<AppliedRevision>& applied;  ///< as the ledger knows it
  const GateMemory& gate;                       ///< when the run began
  const BackupMemory& backups;                  ///< when the run began
  std::string target;                           ///< `head` or a revision
  std::filesystem::path output;                 ///< the stage's own file for its children's output; empty in a dry run
  std::stop_token stop;                         ///< deadline, signal or cancel
  std::stop_token asked;  ///< somebody asked to stop, even where that may not stop what runs: begin nothing more
  std::function<void(std::string)> progress;                      ///< a live line; never in the ledger
  std::function<void(std::string_view name, Json value)> record;  ///< a fact, durable when it returns
  std::filesystem::path state;  ///< the app's own directory, for what it makes and removes; empty in a dry run
  std::optional<LastRehearsal> rehearsed = std::nullopt;  ///< the newest that passed before the run began
};

/// One bound stage: immutable; all state leaves as evidence and facts.
class Stage {
 public:
  virtual ~Stage() = default;
  /// The line that `plan` prints; never acts.
  virtual std::string describe() const = 0;
  virtual Task<Outcome> run(StageContext& context) const = 0;
};

/// What a stage may leave behind.
enum class Effect {
  checks,   ///< nothing
  keeps,    ///< something of ours beside the application, such as a dump or a ref of git
  changes,  ///< database, checkout or services are not what they were
};
inline Effect always_checks(const Settings&) {
  return Effect::checks;
}
inline Effect always_changes(const Settings&) {
  return Effect::changes;
}

/// Whether a check is worth waiting for when another one has failed already.
enum class Length { brief, lengthy };

/// Whether a stage needs the right to start and stop units.
enum class Services { untouched, touched };

/// A kind of stage: one constant in its own file, listed once in stages/catalog.cpp.
struct StageKind {
  std::string_view name, purpose;
  std::span<const Key> keys;
  std::span<const std::string_view> needs, provides;
  Effect (*effect)(const Settings&) = always_checks;
  Services services = Services::untouched;
  Length length = Length::brief;
  std::chrono::seconds timeout;  ///< default
  /// Problems that single keys cannot show, such as two keys that exclude each other. Empty: none.
  std::vector<std::string> (*problems)(const Settings&) = nullptr;
  std::unique_ptr<Stage> (*bind)(const StageSpec&, const Policy&);
};

}  // namespace orchestrate
