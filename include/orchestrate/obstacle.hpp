#pragma once

#include <string>

namespace orchestrate {

/// What stands in the way of a run, and the exact command or edit that removes it.
struct Obstacle {
  std::string what, fix;
  std::string text() const { return what + "; fix: " + fix; }
  bool operator==(const Obstacle&) const = default;
};

}  // namespace orchestrate
