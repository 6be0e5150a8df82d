#pragma once

#include <functional>
#include <map>
#include <set>
#include <string>

#include "bus/connection.hpp"
#include "bus/refusal.hpp"
#include "bus/workers.hpp"
#include "daemon/ledgers.hpp"
#include "daemon/worker_starts.hpp"
#include "orchestrate/task.hpp"

namespace orchestrate::daemon {

/// A run whose worker died gets another worker, which judges it and does what is left; three times at most. Runs that
/// a person's own process made wait for a person.
class Recovery {
 public:
  using Abandoned = std::function<void(const Run& run)>;

  Recovery(bus::Connection& connection, const Ledgers& ledgers, bus::Workers& workers, WorkerStarts& starts,
           Abandoned abandoned)
      : connection_(connection),
        ledgers_(ledgers),
        workers_(workers),
        starts_(starts),
        abandoned_(std::move(abandoned)) {}

  /// When an app's worker has ended, or may have while nobody looked. Never throws.
  Task<> look_after(std::string app);

 private:
  Task<> recover(std::string app);
  Task<std::optional<bus::Refused>> refusal_of(Request request);
  int attempts(const Run& run) const;

  bus::Connection& connection_;
  const Ledgers& ledgers_;
  bus::Workers& workers_;
  WorkerStarts& starts_;
  Abandoned abandoned_;
  std::set<std::string> looking_;
  std::map<std::string, int> refused_;  ///< by run: how often its new worker did not even begin
};

}  // namespace orchestrate::daemon
