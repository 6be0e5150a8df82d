#include <algorithm>

#include "review/review.hpp"

namespace orchestrate {
namespace {

void apply(Finding& finding, const std::vector<Approval>& approvals) {
  if (finding.file_sha256.empty()) return;  // bound to nothing, so nobody can have read it
  const std::string id = finding.id();
  for (const Approval& approval : approvals) {
    if (approval.finding != id || approval.file_sha256 != finding.file_sha256) continue;
    finding.approved_by = approval.by + " at " + approval.at + ": " + approval.reason;
    if (finding.severity == Severity::blocks) finding.severity = Severity::warning;
    return;
  }
  const auto older = std::ranges::find(approvals, id, &Approval::finding);
  if (older != approvals.end())
    finding.hazard += " (approved for another version of the file, by " + older->by + " at " + older->at + ")";
}

}  // namespace

void apply_approvals(std::vector<Finding>& findings, const std::vector<Approval>& approvals) {
  for (Finding& finding : findings) apply(finding, approvals);
}

}  // namespace orchestrate
