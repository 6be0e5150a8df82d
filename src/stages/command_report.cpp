#include "stages/command_report.hpp"

#include <algorithm>
#include <sstream>
#include <vector>

namespace orchestrate {
namespace {

constexpr std::size_t shown_lines = 12;

std::vector<std::string> spoken_lines(const std::string& text) {
  std::vector<std::string> lines;
  std::istringstream stream(text);
  for (std::string line; std::getline(stream, line);)
    if (line.find_first_not_of(" \t\r") != std::string::npos) lines.push_back(line);
  return lines;
}

/// The last line; after a Python traceback the exception, and not the statement and the link that SQLAlchemy prints
/// below it.
std::string last_word(const std::vector<std::string>& lines) {
  const auto is_traceback = [](const std::string& line) {
    return line.starts_with("Traceback (most recent call last)");
  };
  const auto traceback = std::find_if(lines.rbegin(), lines.rend(), is_traceback).base();
  if (traceback == lines.begin()) return lines.back();
  const auto exception =
      std::find_if(traceback, lines.end(), [](const std::string& line) { return line.front() != ' '; });
  return exception == lines.end() ? lines.back() : *exception;
}

}  // namespace

Outcome failed_command(std::string_view what, const Exit& exit, const std::filesystem::path& log) {
  const std::vector<std::string> lines = spoken_lines(exit.err.empty() ? exit.out : exit.err);
  Outcome outcome{Verdict::failed, std::string(what) + ": " + exit.text(), {}, {}, {}};
  if (!lines.empty()) outcome.summary += ": " + last_word(lines);
  const auto shown = static_cast<std::ptrdiff_t>(std::min(lines.size(), shown_lines));
  outcome.details.assign(lines.end() - shown, lines.end());
  if (!exit.trouble.empty()) outcome.details.push_back(exit.trouble);
  if (!log.empty()) outcome.details.push_back("whole output: " + log.string());
  return outcome;
}

}  // namespace orchestrate
