#include "window/window.hpp"

#include <fmt/format.h>

#include "orchestrate/error.hpp"
#include "window/zone.hpp"

namespace orchestrate {
namespace {

using std::chrono::days;
using std::chrono::sys_days;

bool begins_on(const Window& window, sys_days day) {
  return window.days.at(std::chrono::weekday(day).iso_encoding() - 1);
}

/// Empty or the wrong way round when the clocks leap over all of it.
Opening opening_of(const Window& window, const Zone& zone, sys_days day) {
  const bool next_day = window.to <= window.from;
  return {zone.first(day, window.from), zone.last(next_day ? day + days(1) : day, window.to)};
}

bool is_open(const Opening& opening, Time now) {
  return opening.from <= now;
}

/// "Mon-Fri", "Sat, Sun", "daily": neighbouring days as a range.
std::string days_text(const Window& window) {
  std::string text;
  for (std::size_t day = 0; day < weekdays.size(); ++day) {
    if (!window.days.at(day)) continue;
    std::size_t last = day;
    while (last + 1 < weekdays.size() && window.days.at(last + 1)) ++last;
    if (day == 0 && last + 1 == weekdays.size()) return "daily";
    text += fmt::format("{}{}", text.empty() ? "" : ", ", weekdays.at(day));
    if (last > day) text += fmt::format("-{}", weekdays.at(last));
    day = last;
  }
  return text;
}

std::string clock_text(std::chrono::minutes time) {
  return fmt::format("{:02}:{:02}", time.count() / 60, time.count() % 60);
}

}  // namespace

Opening opening_at(const Window& window, Time now) {
  constexpr int far_enough = 15;  // two weeks: of one the clocks may leap over its only opening
  const Zone zone(window.timezone);
  const sys_days today = zone.day_of(now);
  for (int ahead = -1; ahead <= far_enough; ++ahead) {
    const sys_days day = today + days(ahead);
    if (!begins_on(window, day)) continue;
    const Opening opening = opening_of(window, zone, day);
    if (opening.from < opening.to && now < opening.to) return opening;
  }
  throw Error(ErrorKind::policy, "find when the window opens", text_of(window) + " never comes", "correct window");
}

std::string text_of(const Window& window) {
  return fmt::format("{} {} to {} {}", days_text(window), clock_text(window.from), clock_text(window.to),
                     window.timezone);
}

std::string state_text(const Window& window, Time now) {
  const Opening opening = opening_at(window, now);
  const Zone zone(window.timezone);
  return is_open(opening, now) ? "open until " + zone.text(opening.to) : "closed; it opens " + zone.text(opening.from);
}

std::optional<std::string> closed(const std::optional<Window>& window, Time now) {
  if (!window || is_open(opening_at(*window, now), now)) return std::nullopt;
  return fmt::format("the window is {} ({})", state_text(*window, now), text_of(*window));
}

}  // namespace orchestrate
