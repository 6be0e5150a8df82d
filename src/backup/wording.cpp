#include "backup/wording.hpp"

#include <fmt/core.h>

#include <array>

namespace orchestrate::backup {
namespace {

struct Unit {
  std::int64_t size;
  std::string_view name;
};

constexpr std::array<Unit, 4> durations = {{{2 * 86'400'000, "d"}, {3'600'000, "h"}, {60'000, "min"}, {1000, "s"}}};

struct Hint {
  std::string_view said;  ///< by pg_dump or the server
  std::string_view fix;
};
constexpr std::array<Hint, 8> hints = {{
    {"out of shared memory", "raise max_locks_per_transaction in postgresql.conf and restart the server"},
    {"row-level security", "dump as a role with BYPASSRLS"},
    {"permission denied", "grant pg_read_all_data to the role, or dump as the owner"},
    {"statement timeout", "see who holds the lock (pg_stat_activity), or raise lock_wait"},
    {"55P03", "see who holds the lock (pg_stat_activity), or raise lock_wait"},
    {"42501", "grant pg_read_all_data to the role, or dump as the owner"},
    {"server version mismatch", "install the client of the server's version, or set postgres: { bin: ... }"},
    {"authentication failed", "correct the database URL"},
}};

}  // namespace

std::string duration_text(std::chrono::milliseconds duration) {
  for (const auto& unit : durations) {
    const std::int64_t divisor = unit.name == "d" ? unit.size / 2 : unit.size;  // days only from two on: 26 h, 3 d
    if (duration.count() >= unit.size) return fmt::format("{} {}", duration.count() / divisor, unit.name);
  }
  return fmt::format("{} ms", duration.count());
}

std::string complaint(std::string_view text) {
  std::string_view last;
  for (std::size_t at = 0; at < text.size();) {
    const std::size_t end = std::min(text.find('\n', at), text.size());
    const std::string_view line = text.substr(at, end - at);
    if (line.find("error:") != std::string_view::npos) return std::string(line);
    if (!line.empty()) last = line;
    at = end + 1;
  }
  return std::string(last);
}

std::string dump_hint(std::string_view said) {
  for (const Hint& hint : hints)
    if (said.find(hint.said) != std::string_view::npos) return std::string(hint.fix);
  return "see the stage's output for all of it";
}

}  // namespace orchestrate::backup
