#pragma once

#include <algorithm>
#include <cmath>
#include <string>

#include <fmt/format.h>

namespace orchestrate {

/// Wilson's interval at 95 %.
inline std::string rate(int hits, int all) {
  if (all == 0) return "-";
  const double z = 1.96, n = all, p = hits / n;
  const double middle = (p + z * z / (2 * n)) / (1 + z * z / n);
  const double half = z * std::sqrt(p * (1 - p) / n + z * z / (4 * n * n)) / (1 + z * z / n);
  return fmt::format("{}/{} = {:.1f} % ({:.1f} to {:.1f})", hits, all, 100 * p, 100 * (middle - half),
                     100 * std::min(1.0, middle + half));
}

}  // namespace orchestrate
