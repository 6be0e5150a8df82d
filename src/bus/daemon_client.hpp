#pragma once

#include <chrono>
#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include "bus/published.hpp"
#include "orchestrate/event.hpp"
#include "orchestrate/json.hpp"

namespace orchestrate::bus {

/// The daemon as its clients see it; calls block. What it refuses is thrown as Refused, and so is its silence, with
/// exit code 69.
class DaemonClient {
 public:
  /// nullptr where this host has no daemon: none runs, and none would be started for a call.
  static std::unique_ptr<DaemonClient> open();
  virtual ~DaemonClient() = default;

  /// The path of the run. `options` as the verb knows them.
  virtual std::string start(const std::string& app, const std::string& verb, const Json& options) = 0;
  virtual std::string get_run(const std::string& id) = 0;
  /// Ids of an app's runs, newest first.
  virtual std::vector<std::string> runs(const std::string& app, std::size_t limit) = 0;
  /// JSON texts, as RunApi::events says.
  virtual std::vector<std::string> events(const std::string& run, std::uint64_t after) = 0;
  virtual StageLog log(const std::string& run, const std::string& stage) = 0;
  virtual void cancel(const std::string& run, Manner manner) = 0;
  /// Its changes are heard from then on, if it is watched.
  virtual RunWords words(const std::string& run) = 0;
  virtual void watch(const std::string& run) = 0;
  /// Until something of it changes, which is true, or for that long. A signal to this process ends it, too.
  virtual bool wait(std::chrono::milliseconds limit) = 0;
};

}  // namespace orchestrate::bus
