#include "stages/command_report.hpp"

#include <sstream>
#include <vector>

namespace orchestrate {
namespace {

constexpr std::size_t shown_lines = 12;

std::vector<std::string> last_lines(const std::string& text) {
  std::vector<std::string> lines;
  std::istringstream stream(text);
  for (std::string line; std::getline(stream, line);)
    if (line.find_first_not_of(" \t\r") != std::string::npos) lines.push_back(line);
  if (lines.size() > shown_lines) lines.erase(lines.begin(), lines.end() - static_cast<std::ptrdiff_t>(shown_lines));
  return lines;
}

}  // namespace

Outcome failed_command(std::string_view what, const Exit& exit, const std::filesystem::path& log) {
  Outcome outcome{Verdict::failed,
                  std::string(what) + ": " + exit.text(),
                  last_lines(exit.err.empty() ? exit.out : exit.err),
                  {},
                  {}};
  if (!outcome.details.empty()) outcome.summary += ": " + outcome.details.back();
  if (!exit.trouble.empty()) outcome.details.push_back(exit.trouble);
  if (!log.empty()) outcome.details.push_back("whole output: " + log.string());
  return outcome;
}

}  // namespace orchestrate
