#include "orchestrate/size_text.hpp"

#include <fmt/core.h>

#include <array>
#include <string_view>

namespace orchestrate {

std::string size_text(std::uint64_t bytes) {
  static constexpr std::array<std::string_view, 5> names = {"B", "KiB", "MiB", "GiB", "TiB"};
  std::size_t unit = 0;
  auto value = static_cast<double>(bytes);
  for (; value >= 1023.5 && unit + 1 < names.size(); ++unit) value /= 1024;
  if (unit > 0 && value < 9.95) return fmt::format("{:.1f} {}", value, names[unit]);
  return fmt::format("{:.0f} {}", value, names[unit]);
}

}  // namespace orchestrate
