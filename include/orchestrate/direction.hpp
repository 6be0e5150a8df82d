#pragma once

#include <string_view>

namespace orchestrate {

/// Which way migrations go.
enum class Direction { upgrade, downgrade };

constexpr std::string_view to_string(Direction direction) {
  return direction == Direction::upgrade ? "upgrade" : "downgrade";
}

}  // namespace orchestrate
