#include "policy/window.hpp"

#include <fmt/format.h>

#include <algorithm>

#include "policy/near.hpp"
#include "window/window.hpp"
#include "window/zone.hpp"

namespace orchestrate {
namespace {

constexpr std::size_t day_letters = 3;

std::size_t day_number(std::string_view name) {
  return static_cast<std::size_t>(std::ranges::find(weekdays, name) - weekdays.begin());
}

/// "Mon-Fri", "Sat", "Fri-Mon": the key's pattern lets nothing else through.
void add_days(std::array<bool, weekdays.size()>& days, std::string_view range) {
  const std::size_t last = day_number(range.substr(range.size() - day_letters));
  for (std::size_t day = day_number(range.substr(0, day_letters)); day != last; day = (day + 1) % days.size())
    days.at(day) = true;
  days.at(last) = true;
}

std::chrono::minutes minutes_of(const std::string& clock) {
  return std::chrono::hours(std::stoi(clock.substr(0, 2))) + std::chrono::minutes(std::stoi(clock.substr(3)));
}

std::string unknown_zone(const std::string& zone) {
  const std::vector<std::string> known = zone_names();
  if (known.empty()) return "'timezone' cannot be looked up, for this host has no time zones; apt-get install tzdata";
  const std::vector<std::string_view> candidates(known.begin(), known.end());
  const std::string_view near = nearest(zone, candidates);
  return fmt::format("'timezone' must be a zone of this host, as in /usr/share/zoneinfo, not '{}'{}", zone,
                     near.empty() ? "" : fmt::format("; did you mean '{}'?", near));
}

}  // namespace

std::optional<Window> read_window(const Section& section, std::vector<Problem>& problems) {
  const Settings& settings = section.settings;
  for (const char* key : {"days", "from", "to", "timezone"})
    if (!settings.has(key)) return std::nullopt;  // its problem is reported
  Window window{.from = minutes_of(settings.text("from")),
                .to = minutes_of(settings.text("to")),
                .timezone = settings.text("timezone")};
  for (const std::string& range : settings.texts("days")) add_days(window.days, range);

  const std::size_t problems_before = problems.size();
  if (window.from == window.to)
    problems.push_back({settings.position("to"), "'to' is the time of 'from'; for a whole day write 00:00 to 24:00"});
  const std::vector<std::string> zones = zone_names();
  if (std::ranges::find(zones, window.timezone) == zones.end())
    problems.push_back({settings.position("timezone"), unknown_zone(window.timezone)});
  if (problems.size() > problems_before) return std::nullopt;
  return window;
}

}  // namespace orchestrate
