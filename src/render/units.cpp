#include "render/units.hpp"

#include <fmt/core.h>

#include <array>
#include <string_view>

namespace orchestrate {
namespace {

using namespace std::chrono_literals;

/// The largest unit that is at least `from` is used.
struct Unit {
  std::chrono::seconds from, size;
  std::string_view name;
};
// Days only from two on: "26 h" says more about a backup than "1 d".
constexpr std::array units = {Unit{48h, 24h, "d"}, Unit{1h, 1h, "h"}, Unit{1min, 1min, "min"}, Unit{0s, 1s, "s"}};

std::string span_text(std::chrono::seconds span) {
  for (const Unit& unit : units)
    if (span >= unit.from) return fmt::format("{} {}", span / unit.size, unit.name);
  return {};
}

}  // namespace

std::string duration_text(std::chrono::milliseconds duration) {
  const auto tenths = (duration.count() + 50) / 100;
  if (tenths < 600) return fmt::format("{}.{} s", tenths / 10, tenths % 10);
  const auto seconds = (duration.count() + 500) / 1000;
  if (seconds < 3600) return fmt::format("{} min {:02} s", seconds / 60, seconds % 60);
  return fmt::format("{} h {:02} min", seconds / 3600, seconds / 60 % 60);
}

std::string age_text(std::chrono::seconds age) {
  return age < 0s ? span_text(-age) + " in the future" : span_text(age) + " old";
}

std::string ago_text(std::chrono::seconds age) {
  return age < 0s ? "in " + span_text(-age) : span_text(age) + " ago";
}

}  // namespace orchestrate
