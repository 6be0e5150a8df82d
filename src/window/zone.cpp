#include "window/zone.hpp"

#include <date/tz.h>

#include <stdexcept>

#include "orchestrate/error.hpp"

namespace orchestrate {
namespace {

using std::chrono::minutes;

date::local_time<minutes> shown(std::chrono::sys_days day, minutes since_midnight) {
  return date::local_time<minutes>(day.time_since_epoch() + since_midnight);
}

}  // namespace

std::vector<std::string> zone_names() {
  std::vector<std::string> names;
  try {
    for (const date::time_zone& zone : date::get_tzdb().zones) names.push_back(zone.name());
  } catch (const std::exception&) {
    return {};  // the library's way to say that there is no database
  }
  return names;
}

Zone::Zone(const std::string& name) {
  try {
    zone_ = date::locate_zone(name);
  } catch (const std::exception&) {
    throw Error(ErrorKind::policy, "read the time zone " + name, "this host does not know it",
                "correct window.timezone, or: apt-get install tzdata");
  }
}

std::chrono::sys_days Zone::day_of(Time time) const {
  const auto local = zone_->to_local(std::chrono::floor<minutes>(time));
  return std::chrono::sys_days(std::chrono::floor<std::chrono::days>(local.time_since_epoch()));
}

Time Zone::first(std::chrono::sys_days day, minutes since_midnight) const {
  return zone_->to_sys(shown(day, since_midnight), date::choose::earliest);
}

Time Zone::last(std::chrono::sys_days day, minutes since_midnight) const {
  return zone_->to_sys(shown(day, since_midnight), date::choose::latest);
}

std::string Zone::text(Time time) const {
  return date::format("%a %F %R %Z", date::make_zoned(zone_, std::chrono::floor<minutes>(time)));
}

}  // namespace orchestrate
