#pragma once

#include <chrono>
#include <string>
#include <vector>

#include "orchestrate/event.hpp"

namespace date {
class time_zone;
}

namespace orchestrate {

/// Names of the zones that this host knows, as in /usr/share/zoneinfo; none when tzdata is not installed.
std::vector<std::string> zone_names();

/// One zone of the system's time zone database. Throws Error (`policy`) when the host does not know it.
class Zone {
 public:
  explicit Zone(const std::string& name);

  /// The days between 1970-01-01 and that day, by the zone's calendar.
  std::chrono::sys_days day_of(Time time) const;
  /// When the clocks show so many minutes after midnight of `day`. A time that they leap over is the instant of the
  /// leap; of one that they show twice it is the first, or the last.
  Time first(std::chrono::sys_days day, std::chrono::minutes minutes) const;
  Time last(std::chrono::sys_days day, std::chrono::minutes minutes) const;
  /// "Fri 2026-11-27 02:00 CET".
  std::string text(Time time) const;

 private:
  const date::time_zone* zone_;  // of the database, which lives as long as the process
};

}  // namespace orchestrate
