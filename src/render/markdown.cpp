#include "render/markdown.hpp"

#include <array>
#include <string_view>

#include <fmt/core.h>

#include "render/terminal_text.hpp"

namespace orchestrate {
namespace {

// In the order of Severity.
constexpr std::array<std::string_view, 3> signs = {"advice", "warning", "**blocks**"};

/// Text that Markdown and HTML leave as it is.
std::string plain(std::string_view text) {
  static constexpr std::string_view special = "\\`*_{}[]<>#|~&";
  std::string result;
  for (const char c : printable(text)) {
    if (special.find(c) != std::string_view::npos) result += '\\';
    result += c;
  }
  return result;
}

/// Between more backticks than the text itself has in a row.
std::string fence_for(std::string_view text) {
  std::string fence = "```";
  while (text.find(fence) != std::string_view::npos) fence += '`';
  return fence;
}

std::string code(std::string_view text) {
  std::string block;
  for (const std::string& line : printable_lines(text)) block += "  " + line + "\n";
  const std::string fence = fence_for(text);
  return "  " + fence + "python\n" + block + "  " + fence + "\n";
}

std::string place_of(const Place& place) {
  if (place.file.empty()) return {};
  return " at " + plain(place.line > 0 ? fmt::format("{}:{}", place.file, place.line) : place.file);
}

std::string item(const Finding& finding) {
  std::string text = fmt::format("- {} {}{}: {}", signs[static_cast<std::size_t>(finding.severity)],
                                 plain(finding.rule), place_of(finding.place), plain(finding.hazard));
  text += finding.effect.empty() ? "\n" : "; " + plain(finding.effect) + "\n";
  if (!finding.approved_by.empty()) text += "  accepted by " + plain(finding.approved_by) + "\n";
  if (!finding.source_line.empty()) text += code(finding.source_line);
  if (!finding.remedy.empty()) text += "\n  Remedy:\n" + code(finding.remedy);
  return text;
}

}  // namespace

std::string review_markdown(const std::string& summary, const std::vector<Finding>& findings,
                            const std::vector<std::string>& locks) {
  std::string text = "### Migrations: " + plain(summary) + "\n";
  for (const Finding& finding : findings) text += "\n" + item(finding);
  if (!locks.empty()) text += "\n#### Locks\n\n";
  for (const std::string& lock : locks) text += "- " + plain(lock) + "\n";
  return text;
}

}  // namespace orchestrate
