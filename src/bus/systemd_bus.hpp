#pragma once

#include <chrono>
#include <memory>
#include <stop_token>
#include <string>
#include <vector>

#include "orchestrate/ports.hpp"

namespace orchestrate::bus {

/// What a job does, by the name of systemd's D-Bus method.
enum class JobType { start, stop, restart };

/// How systemd has loaded a unit; the words are systemd's.
struct UnitDefinition {
  std::string load_state, active_state;
  std::string unit_file_state;  ///< `enabled`, `disabled`, `static`, ...; empty: it has no file
  std::string user;             ///< empty: root
  bool is_outdated = false;     ///< its files have changed since
  std::vector<std::string> after;
  std::vector<std::string> stopped_with;  ///< units with which it is stopped, too: Requires=, BindsTo=, PartOf=
  std::vector<std::string> writable;      ///< ReadWritePaths=
  bool operator==(const UnitDefinition&) const = default;
};

/// systemd over one connection to the system bus, with blocking calls for one thread at a time. The bus judges us by
/// who we were when it was opened, so a connection opened as root may restart units after root has been given up.
class SystemdBus {
 public:
  /// Throws Error (`unreachable`) when there is no bus or no systemd on it.
  static std::shared_ptr<SystemdBus> open();
  virtual ~SystemdBus() = default;

  virtual UnitState state(const UnitName& unit) = 0;
  virtual UnitDefinition definition(const UnitName& unit) = 0;
  /// Returns when the job has ended. The stop gives up waiting; the job itself goes on.
  virtual JobEnd run(JobType type, const UnitName& unit, std::chrono::milliseconds limit, std::stop_token stop) = 0;
};

}  // namespace orchestrate::bus
