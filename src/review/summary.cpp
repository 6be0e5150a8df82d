#include <algorithm>
#include <string_view>

#include <fmt/format.h>

#include "review/review.hpp"

namespace orchestrate {
namespace {

std::string counted(std::size_t count, std::string_view one) {
  return fmt::format("{} {}{}", count, one, count == 1 ? "" : one.ends_with('h') ? "es" : "s");
}

}  // namespace

bool open_red_flag(const Finding& finding) {
  return finding.severity == Severity::blocks && finding.approved_by.empty();
}

std::string summary_of(const ReviewReport& report) {
  const auto& findings = report.findings;
  const auto red = static_cast<std::size_t>(std::ranges::count_if(findings, open_red_flag));
  if (red > 0) return counted(red, "red flag");
  std::string text = counted(report.revisions, "revision") + ", " + counted(report.statements, "statement");
  const auto approved = static_cast<std::size_t>(
      std::ranges::count_if(findings, [](const Finding& f) { return !f.approved_by.empty(); }));
  if (approved > 0) text += ", " + counted(approved, "red flag") + " approved";
  if (findings.size() > approved) text += fmt::format(", {} advice", findings.size() - approved);
  return text;
}

}  // namespace orchestrate
