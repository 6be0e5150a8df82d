#pragma once

#include <string>
#include <vector>

#include "orchestrate/run.hpp"

namespace orchestrate {

/// The revisions between which a run moves a database; several when the chain has several heads.
struct Versions {
  std::vector<std::string> before, target;
  bool operator==(const Versions&) const = default;
};

/// As far as the run's facts and evidence tell.
std::optional<Versions> versions_of(const Run& run);

/// `002_panels -> 003_tempvc`; `base` stands for a database without revisions. Empty when the run does not tell.
std::string versions_text(const Run& run);

}  // namespace orchestrate
