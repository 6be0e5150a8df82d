#include "render/finding.hpp"

#include <fmt/core.h>

#include <algorithm>
#include <array>

#include "render/terminal_text.hpp"

namespace orchestrate {
namespace {

// In the order of Severity.
constexpr std::array<Tone, 3> tones = {Tone::faint, Tone::caution, Tone::bad};

/// Columns of a source line; a dump's INSERT or a file that is no text may have megabytes in one.
constexpr std::size_t most_of_line = 240;

std::string place_text(const Place& place) {
  std::string text = printable(place.file);
  if (place.line > 0) text += fmt::format(":{}", place.line);
  if (place.line > 0 && place.column > 0) text += fmt::format(":{}", place.column);
  return text;
}

std::string heading(const Finding& finding, Style style) {
  std::string line;
  if (!finding.place.file.empty()) line = painted(style, Tone::strong, place_text(finding.place)) + "  ";
  const Tone tone = tones[static_cast<std::size_t>(finding.severity)];
  return line + printable(finding.rule) + "  " + painted(style, tone, fmt::format("[{}]", to_string(finding.severity)));
}

std::string sentence(std::string text) {
  if (text.empty() || std::string_view(".!?").find(text.back()) != std::string_view::npos) return text;
  return text + ".";
}

std::string meaning(const Finding& finding) {
  const std::string hazard = printable(finding.hazard), effect = printable(finding.effect);
  if (hazard.empty() || effect.empty()) return sentence(hazard + effect);
  return hazard.ends_with('.') ? hazard + " " + sentence(effect) : hazard + "; " + sentence(effect);
}

/// Code to paste keeps its lines.
std::string remedy_text(const std::string& remedy) {
  std::string text;
  for (const std::string& line : printable_lines(remedy)) text += (text.empty() ? "remedy: " : "\n    ") + line;
  return text.find('\n') == std::string::npos ? sentence(text) : text;
}

std::string way_out(const Finding& finding, std::string_view app) {
  std::string text = remedy_text(finding.remedy);
  if (finding.severity != Severity::blocks || app.empty() || !finding.approved_by.empty()) return text;
  if (!text.empty()) text += text.find('\n') == std::string::npos ? "   " : "\n  ";
  const bool is_sql = finding.revision == finding.place.file;  // of no application
  if (is_sql) return text + "accept, right above it: -- orchestrate: allow " + finding.rule + " -- REASON";
  return text + "accept: orchestrate approve " + shell_word(printable(app)) + " " +
         shell_word(printable(finding.id())) + " --reason \"...\"";
}

}  // namespace

std::string finding_text(const Finding& finding, std::string_view app, Style style) {
  std::string text = heading(finding, style) + "\n";
  const auto add = [&](const std::string& line) {
    if (!line.empty()) text += "  " + line + "\n";
  };
  if (!finding.source_line.empty())
    add(painted(style, Tone::faint, fmt::format("{} |", finding.place.line)) + " " +
        truncated(printable(finding.source_line), most_of_line));
  add(meaning(finding));
  if (!finding.approved_by.empty()) add("accepted by " + printable(finding.approved_by));
  add(way_out(finding, app));
  return text;
}

std::string indented(std::string_view text, std::size_t indent) {
  std::string result;
  while (!text.empty()) {
    const std::size_t size = std::min(text.find('\n'), text.size() - 1) + 1;
    result.append(indent, ' ').append(text.substr(0, size));
    text.remove_prefix(size);
  }
  return result;
}

}  // namespace orchestrate
