#pragma once

#include <filesystem>
#include <optional>
#include <string>
#include <vector>

#include "orchestrate/event.hpp"
#include "orchestrate/run.hpp"

namespace orchestrate::daemon {

inline constexpr const char* state_base = "/var/lib/orchestrate";

/// All ledgers of this host, each opened for one question: nothing stays open, and what was replaced is seen. What
/// cannot be read is an Error, never "nothing".
class Ledgers {
 public:
  explicit Ledgers(std::filesystem::path base) : base_(std::move(base)) {}

  /// Names of the apps that have a state directory.
  std::vector<std::string> apps() const;
  std::filesystem::path directory(const std::string& app) const { return base_ / app; }
  /// Empty when the app has no such run.
  std::vector<Event> events(const std::string& app, const std::string& run) const;
  /// Newest first.
  std::vector<Run> newest(const std::string& app, std::size_t limit) const;
  std::optional<Run> unfinished(const std::string& app) const;
  /// The app that has this run. A ledger that cannot be read is passed over: another may have it.
  std::optional<std::string> app_of(const std::string& run) const;

 private:
  std::filesystem::path base_;
};

}  // namespace orchestrate::daemon
