#include <ctime>

#include "orchestrate/error.hpp"
#include "orchestrate/event.hpp"

namespace orchestrate {

std::string utc_text(Time time) {
  const std::time_t seconds = std::chrono::system_clock::to_time_t(time);
  std::tm parts{};
  gmtime_r(&seconds, &parts);
  char text[32];
  const std::size_t size = std::strftime(text, sizeof text, "%Y-%m-%dT%H:%M:%SZ", &parts);
  return {text, size};
}

Time parse_utc(std::string_view text) {
  std::tm parts{};
  const std::string copy(text);
  const char* end = strptime(copy.c_str(), "%Y-%m-%dT%H:%M:%SZ", &parts);
  if (!end || *end) throw Error(ErrorKind::failed, "read the time '" + copy + "'", "not like 2026-11-20T09:14:03Z");
  return std::chrono::system_clock::from_time_t(timegm(&parts));
}

}  // namespace orchestrate
