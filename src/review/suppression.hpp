#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "orchestrate/finding.hpp"

namespace orchestrate {

/// `# orchestrate: allow RULE -- reason` beside a line or on one of its own above it; in SQL with `--` instead of `#`.
struct Suppression {
  std::string rule, reason;
  int line = 0;
  bool stands_alone = false;  ///< so it is about the line below
};

/// In the order of the text; also those that lack a rule or a reason.
std::vector<Suppression> suppressions_in(std::string_view text);

/// What a file says of its own findings, which are those of one revision: what it allows with a reason is accepted by
/// the file. What it allows without a reason, and what is not there to be allowed, becomes a finding.
void suppress(std::vector<Finding>& findings, const std::vector<Suppression>& suppressions, const Finding& about_file);
/// The same of a module that the revision uses. What it allows and this revision does not do may be done by another.
void suppress_in_module(std::vector<Finding>& findings, std::vector<Suppression> suppressions,
                        const Finding& about_file);

}  // namespace orchestrate
