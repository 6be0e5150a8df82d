#include "render/github.hpp"

#include <array>
#include <string_view>

#include <fmt/format.h>

#include "render/terminal_text.hpp"

namespace orchestrate {
namespace {

// In the order of Severity.
constexpr std::array<std::string_view, 3> levels = {"notice", "warning", "error"};

/// As github.com/actions/toolkit escapes: the message, and what stands between `,` and `=` before it.
constexpr std::string_view of_message = "%\r\n";
constexpr std::string_view of_property = "%\r\n:,";

std::string escaped(std::string_view text, std::string_view special) {
  std::string result;
  for (const char c : text)
    result += special.find(c) == std::string_view::npos ? std::string(1, c) : fmt::format("%{:02X}", c);
  return result;
}

std::string property(std::string_view name, std::string_view value) {
  return fmt::format("{}={}", name, escaped(printable(value), of_property));
}

/// Its lines stay lines.
std::string paragraph(std::string_view label, std::string_view text) {
  std::string result;
  for (const std::string& line : printable_lines(text)) result += (result.empty() ? "" : "\n") + line;
  return result.empty() ? result : "\n" + std::string(label) + result;
}

std::string annotation(const Finding& finding) {
  std::string properties;
  if (!finding.place.file.empty()) properties += property("file", finding.place.file) + ",";
  if (finding.place.line > 0) properties += fmt::format("line={},", finding.place.line);
  if (finding.place.line > 0 && finding.place.column > 0) properties += fmt::format("col={},", finding.place.column);
  properties += property("title", finding.rule);
  const std::string message = printable(finding.hazard) + paragraph("", finding.effect) +
                              paragraph("remedy: ", finding.remedy) + paragraph("finding: ", finding.id());
  return fmt::format("::{} {}::{}\n", levels[static_cast<std::size_t>(finding.severity)], properties,
                     escaped(message, of_message));
}

}  // namespace

std::string github_annotations(const std::vector<Finding>& findings) {
  std::string text;
  for (const Finding& finding : findings) text += annotation(finding);
  return text;
}

}  // namespace orchestrate
