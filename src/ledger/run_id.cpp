#include "ledger/run_id.hpp"

#include <fmt/core.h>
#include <sys/random.h>

#include <cerrno>
#include <ctime>

#include "orchestrate/error.hpp"

namespace orchestrate {

std::string run_id(Time created, std::uint16_t suffix) {
  const std::time_t seconds = std::chrono::system_clock::to_time_t(created);
  std::tm utc{};
  gmtime_r(&seconds, &utc);
  return fmt::format("{:04}{:02}{:02}-{:02}{:02}{:02}-{:04x}", utc.tm_year + 1900, utc.tm_mon + 1, utc.tm_mday,
                     utc.tm_hour, utc.tm_min, utc.tm_sec, suffix);
}

std::string new_run_id(Time created) {
  std::uint16_t suffix = 0;
  if (getrandom(&suffix, sizeof suffix, 0) != sizeof suffix)
    throw Error(ErrorKind::failed, "make a run id", system_reason(errno));
  return run_id(created, suffix);
}

}  // namespace orchestrate
