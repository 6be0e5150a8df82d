#pragma once

#include <functional>
#include <memory>
#include <string>

#include "orchestrate/task.hpp"

namespace orchestrate::bus {

class Connection;

/// What systemd says about an app's worker.
struct WorkerState {
  std::string active_state;  ///< "active", "activating", "inactive", "failed", ...
  int exit_status = 0;       ///< of its newest process that ended
  bool has_job = false;      ///< systemd is about to change it

  bool is_running() const { return active_state != "inactive" && active_state != "failed"; }
};

/// The units `orchestrate-worker@APP.service`. Throws Error on what systemd refuses.
class Workers {
 public:
  using Changed = std::function<void(const std::string& app, const WorkerState& state)>;

  /// `changed` hears of each change of a worker that is watched.
  Workers(Connection& connection, Changed changed);
  ~Workers();

  /// Until the worker says that it is ready, or is not going to be: systemd's word for how its job ended, "done" for
  /// well. A worker that runs already is ready.
  Task<std::string> start(std::string app);
  /// Asks it to read its request to cancel.
  Task<> reload(std::string app);
  Task<WorkerState> state(std::string app);
  /// systemd sends signals only to who has subscribed; to be awaited before anything is started.
  Task<> subscribe();
  void watch(const std::string& app);

 private:
  class Signals;
  Connection& connection_;
  std::unique_ptr<Signals> signals_;
};

}  // namespace orchestrate::bus
