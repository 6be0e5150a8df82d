#pragma once

#include <chrono>
#include <filesystem>
#include <functional>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "orchestrate/event.hpp"
#include "orchestrate/ledger.hpp"
#include "orchestrate/run.hpp"
#include "orchestrate/task.hpp"

namespace orchestrate::daemon {

inline constexpr const char* state_base = "/var/lib/orchestrate";

/// What a list shows of a run.
struct RunSummary {
  std::string id, verb, request_id;
  Time started_at;
  std::optional<Result> result;  ///< none while it is not finished
  int exit_code = 0;
};

/// All ledgers of this host, each opened for one question: nothing stays open, and what was replaced is seen. What
/// cannot be read is an Error, never "nothing". A ledger is its app's word: whatever its owner wrote into it costs
/// little time and memory, and nothing of another app.
class Ledgers {
 public:
  explicit Ledgers(std::filesystem::path base) : base_(std::move(base)) {}

  /// Until it is that app's turn: reading its ledger takes half of our time at most, however many ask for it.
  Task<> turn(std::string app) const;
  /// Names of the apps that have a state directory.
  std::vector<std::string> apps() const;
  std::filesystem::path directory(const std::string& app) const { return base_ / app; }
  /// Empty when the app has no such run; one that its ledger calls another app's is an Error.
  std::vector<Event> events(const std::string& app, const std::string& run) const;
  /// Newest first.
  std::vector<RunSummary> newest(const std::string& app, std::size_t limit) const;
  std::optional<Run> unfinished(const std::string& app) const;
  /// The app that has this run; several: all but one of them forged it. A ledger that cannot be read is passed over:
  /// another may have it.
  std::vector<std::string> apps_of(const std::string& run) const;

 private:
  using Question = std::function<void(const Ledger& ledger)>;
  void ask(const std::string& app, const Question& question) const;

  std::filesystem::path base_;
  /// By app: until then its ledger is refused, for it took too long; and then it is its turn.
  mutable std::map<std::string, std::chrono::steady_clock::time_point> left_alone_, next_turn_;
};

}  // namespace orchestrate::daemon
