#include "render/review.hpp"

#include <algorithm>

#include "render/finding.hpp"
#include "render/stage_line.hpp"
#include "render/terminal_text.hpp"

namespace orchestrate {
namespace {

Mark mark_of(const std::vector<Finding>& findings) {
  if (std::ranges::any_of(findings, open_red_flag)) return {"FAIL", Tone::bad};
  return findings.empty() ? Mark{"ok", Tone::good} : Mark{"!", Tone::caution};
}

}  // namespace

std::string review_text(std::string_view summary, const std::vector<Finding>& findings,
                        const std::vector<std::string>& locks, Style style) {
  const Mark mark = mark_of(findings);
  std::string text = stage_line({mark, "review", "", printable(summary)}, 0, style) + "\n";
  for (const std::string& lock : locks) text += "    locks " + printable(lock) + "\n";
  for (const Finding& finding : findings) text += indented(finding_text(finding, "APP", style), 4);
  if (mark.text == "FAIL") text += "edit what is flagged, or accept each red flag as it says. Exit 3.\n";
  return text;
}

}  // namespace orchestrate
