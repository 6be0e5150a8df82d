#pragma once

#include <set>
#include <string>

#include "bus/workers.hpp"
#include "daemon/ledgers.hpp"
#include "orchestrate/task.hpp"
#include "request/request.hpp"

namespace orchestrate::daemon {

/// One request at a time for each app, given to its worker.
class WorkerStarts {
 public:
  WorkerStarts(const Ledgers& ledgers, bus::Workers& workers) : ledgers_(ledgers), workers_(workers) {}

  /// Until the worker has taken it. Throws bus::Refused with what the worker said when it did not, or when one works
  /// already.
  Task<> start(Request request);

 private:
  Task<bus::WorkerState> state_after_last_run(std::string app) const;

  const Ledgers& ledgers_;
  bus::Workers& workers_;
  std::set<std::string> starting_;
};

}  // namespace orchestrate::daemon
