#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "orchestrate/finding.hpp"
#include "orchestrate/json.hpp"

namespace orchestrate {

/// A rule as code scanners list it.
struct SarifRule {
  std::string_view id, category, summary;
};

/// A log of SARIF 2.1.0 (docs.oasis-open.org/sarif/sarif/v2.1.0) for code scanning. Files are relative URIs as the
/// findings name them; what was approved is a suppressed result.
Json sarif_log(const std::vector<Finding>& findings, const std::vector<SarifRule>& rules, std::string_view version);

}  // namespace orchestrate
