#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "orchestrate/finding.hpp"

namespace orchestrate {

/// One entry of the policy's `allow:`, a red flag that its owner accepts for a reason.
struct Allowance {
  std::string rule, revision;
  std::string object;  ///< empty: any
  std::string reason;
  std::string until;  ///< its last day, `2026-12-31`; empty: no end
  Place place;        ///< in the policy
};

/// What the policy says of `findings`: what it allows is accepted by the policy. An entry that has expired allows
/// nothing, and becomes a finding, as does one that nothing is there for. `today` as `2026-11-27`.
void allow(std::vector<Finding>& findings, const std::vector<Allowance>& allowances, std::string_view today);

}  // namespace orchestrate
