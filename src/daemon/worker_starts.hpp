#pragma once

#include <set>
#include <string>

#include "bus/workers.hpp"
#include "orchestrate/task.hpp"
#include "request/request.hpp"

namespace orchestrate::daemon {

/// One request at a time for each app, given to its worker.
class WorkerStarts {
 public:
  explicit WorkerStarts(bus::Workers& workers) : workers_(workers) {}

  /// Until the worker has taken it. Throws bus::Refused with what the worker said when it did not, or when one works
  /// already.
  Task<> start(Request request);

 private:
  bus::Workers& workers_;
  std::set<std::string> starting_;
};

}  // namespace orchestrate::daemon
