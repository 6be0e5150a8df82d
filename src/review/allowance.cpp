#include "review/allowance.hpp"

#include <algorithm>

namespace orchestrate {
namespace {

Finding about(const Allowance& allowance, std::string hazard, std::string effect, Severity severity) {
  Finding finding{.rule = "suppression",
                  .category = "advice",
                  .severity = severity,
                  .revision = allowance.revision,
                  .object = allowance.rule,
                  .place = allowance.place,
                  .hazard = std::move(hazard),
                  .effect = std::move(effect),
                  .remedy = "remove the entry from the policy"};
  if (!allowance.object.empty()) finding.object += ":" + allowance.object;
  return finding;
}

bool is_meant(const Finding& finding, const Allowance& allowance) {
  return finding.rule == allowance.rule && finding.revision == allowance.revision &&
         (allowance.object.empty() || finding.object == allowance.object);
}

}  // namespace

void allow(std::vector<Finding>& findings, const std::vector<Allowance>& allowances, std::string_view today) {
  std::vector<Finding> more;
  for (const Allowance& allowance : allowances) {
    const bool expired = !allowance.until.empty() && allowance.until < today;
    bool is_used = false;
    for (Finding& finding : findings) {
      if (!is_meant(finding, allowance)) continue;
      is_used = true;
      if (expired) continue;
      finding.approved_by = "the policy: " + allowance.reason;
      finding.severity = std::min(finding.severity, Severity::warning);
    }
    if (expired)
      more.push_back(about(allowance, "the policy allowed it until " + allowance.until, "it allows nothing any more",
                           Severity::warning));
    else if (!is_used)
      more.push_back(about(allowance, "the policy allows what nothing is flagged for",
                           "it would also allow what comes later under that name", Severity::advice));
  }
  for (Finding& finding : more) findings.push_back(std::move(finding));
}

}  // namespace orchestrate
