#pragma once

#include <string>
#include <vector>

#include "orchestrate/obstacle.hpp"

namespace orchestrate {

/// What one check of the live host found.
struct Answer {
  std::vector<Obstacle> obstacles;  ///< none: passed
  std::vector<std::string> advice;  ///< worth knowing, in nobody's way
  std::string found;                ///< what is there, such as a path or a revision; empty: nothing to tell
};

/// A check's answer, or why it has none.
struct CheckResult {
  std::string name;
  std::string waits_for;  ///< the check without whose pass this one could not be made; empty: it was made
  Answer answer;

  bool made() const { return waits_for.empty(); }
  bool passed() const { return made() && answer.obstacles.empty(); }
};

}  // namespace orchestrate
