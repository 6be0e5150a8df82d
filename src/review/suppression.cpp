#include "review/suppression.hpp"

#include <algorithm>
#include <map>

namespace orchestrate {
namespace {

constexpr std::string_view marker = "orchestrate: allow", blanks = " \t\r";

std::string_view trimmed(std::string_view text) {
  const std::size_t from = text.find_first_not_of(blanks);
  if (from == std::string_view::npos) return {};
  return text.substr(from, text.find_last_not_of(blanks) - from + 1);
}

bool is_rule(std::string_view word) {
  return !word.empty() && std::ranges::all_of(word, [](char c) { return (c >= 'a' && c <= 'z') || c == '-'; });
}

/// Whether the marker is what its comment begins with, and what stands before that comment.
bool begins_comment(std::string_view before, std::string_view& code) {
  before = trimmed(before);
  for (const std::string_view sign : {std::string_view("#"), std::string_view("--")})
    if (before.ends_with(sign)) {
      code = trimmed(before.substr(0, before.size() - sign.size()));
      return true;
    }
  return false;
}

Finding finding_of(const Finding& about_file, const Suppression& suppression, std::string hazard, Severity severity) {
  Finding finding = about_file;
  finding.rule = "suppression";
  finding.category = "advice";
  finding.severity = severity;
  finding.object = suppression.rule;
  finding.place.line = suppression.line;
  finding.place.column = 1;
  finding.hazard = std::move(hazard);
  return finding;
}

/// The line that it is about.
int line_of(const Suppression& suppression) {
  return suppression.line + (suppression.stands_alone ? 1 : 0);
}

bool is_meant(const Finding& finding, const Suppression& suppression, const Finding& about_file) {
  return finding.revision == about_file.revision && finding.rule == suppression.rule &&
         finding.place.line == line_of(suppression) && finding.place.file == about_file.place.file;
}

}  // namespace

std::vector<Suppression> suppressions_in(std::string_view text) {
  std::vector<Suppression> found;
  for (int number = 1; !text.empty(); ++number) {
    const std::string_view line = text.substr(0, text.find('\n'));
    text.remove_prefix(std::min(text.size(), line.size() + 1));
    const std::size_t at = line.find(marker);
    std::string_view code;
    if (at == std::string_view::npos || !begins_comment(line.substr(0, at), code)) continue;
    std::string_view rest = trimmed(line.substr(at + marker.size()));
    const std::string_view rule = rest.substr(0, rest.find_first_of(" \t"));
    rest = trimmed(rest.substr(rule.size()));
    if (!is_rule(rule)) continue;
    const std::string_view reason = rest.starts_with("--") ? trimmed(rest.substr(2)) : std::string_view();
    found.push_back({std::string(rule), std::string(reason), number, code.empty()});
  }
  return found;
}

void suppress(std::vector<Finding>& findings, const std::vector<Suppression>& suppressions, const Finding& about_file) {
  if (suppressions.empty()) return;
  std::vector<Finding> more;
  std::multimap<int, Finding*> by_line;
  for (Finding& finding : findings) by_line.emplace(finding.place.line, &finding);
  for (const Suppression& suppression : suppressions) {
    bool is_used = false;
    for (auto [at, end] = by_line.equal_range(line_of(suppression)); at != end; ++at) {
      Finding& finding = *at->second;
      if (!is_meant(finding, suppression, about_file)) continue;
      is_used = true;
      if (suppression.reason.empty()) continue;
      finding.approved_by = "the file itself: " + suppression.reason;
      finding.severity = std::min(finding.severity, Severity::warning);
    }
    if (!is_used)
      more.push_back(finding_of(about_file, suppression, "nothing on this line is flagged by " + suppression.rule,
                                Severity::advice));
    else if (suppression.reason.empty())
      more.push_back(finding_of(about_file, suppression, "it says no reason, so it allows nothing", Severity::warning));
  }
  for (Finding& finding : more) {
    finding.effect = "who reads the file takes it for accepted";
    finding.remedy = "# orchestrate: allow RULE -- reason, on the line itself or right above it; or remove it";
    findings.push_back(std::move(finding));
  }
}

void suppress_in_module(std::vector<Finding>& findings, std::vector<Suppression> suppressions,
                        const Finding& about_file) {
  std::erase_if(suppressions, [&](const Suppression& suppression) {
    return std::ranges::none_of(findings, [&](const Finding& one) { return is_meant(one, suppression, about_file); });
  });
  suppress(findings, suppressions, about_file);
}

}  // namespace orchestrate
