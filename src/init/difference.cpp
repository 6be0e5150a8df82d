#include "init/difference.hpp"

#include <algorithm>
#include <vector>

#include <fmt/format.h>

namespace orchestrate::init {
namespace {

constexpr std::size_t around = 3;
constexpr std::size_t largest_table = 4'000'000;  // of line pairs; beyond it the whole middle counts as changed

using Lines = std::vector<std::string_view>;

Lines lines_of(std::string_view text) {
  Lines lines;
  while (!text.empty()) {
    const std::size_t end = std::min(text.find('\n'), text.size());
    lines.push_back(text.substr(0, end));
    text.remove_prefix(std::min(end + 1, text.size()));
  }
  return lines;
}

struct Step {
  char sign;  // ' ', '-' or '+'
  std::string_view line;
};

/// The shortest way from one text to the other, by the longest common subsequence.
std::vector<Step> steps_between(const Lines& before, const Lines& after) {
  const std::size_t rows = before.size(), columns = after.size();
  const bool compared = rows * columns <= largest_table;
  std::vector<std::vector<std::size_t>> common(compared ? rows + 1 : 0, std::vector<std::size_t>(columns + 1));
  if (compared)
    for (std::size_t i = rows; i-- > 0;)
      for (std::size_t j = columns; j-- > 0;)
        common[i][j] = before[i] == after[j] ? common[i + 1][j + 1] + 1 : std::max(common[i + 1][j], common[i][j + 1]);
  std::vector<Step> steps;
  std::size_t i = 0, j = 0;
  while (i < rows || j < columns) {
    if (compared && i < rows && j < columns && before[i] == after[j])
      steps.push_back({' ', before[i]}), ++i, ++j;
    else if (i < rows && (j == columns || !compared || common[i + 1][j] >= common[i][j + 1]))
      steps.push_back({'-', before[i++]});
    else
      steps.push_back({'+', after[j++]});
  }
  return steps;
}

std::string range(std::size_t start, std::size_t count) {
  return count == 1 ? std::to_string(start) : fmt::format("{},{}", count == 0 ? start - 1 : start, count);
}

/// The steps [first, last) as one hunk; `before` and `after` are the numbers of its first lines.
std::string hunk(const std::vector<Step>& steps, std::size_t first, std::size_t last, std::size_t before,
                 std::size_t after) {
  std::string body;
  std::size_t old_lines = 0, new_lines = 0;
  for (std::size_t at = first; at < last; ++at) {
    if (steps[at].sign != '+') ++old_lines;
    if (steps[at].sign != '-') ++new_lines;
    body += fmt::format("{}{}\n", steps[at].sign, steps[at].line);
  }
  return fmt::format("@@ -{} +{} @@\n{}", range(before, old_lines), range(after, new_lines), body);
}

}  // namespace

std::string unified_difference(const std::string& before_name, std::string_view before, const std::string& after_name,
                               std::string_view after) {
  const auto steps = steps_between(lines_of(before), lines_of(after));
  const auto changed = [&](std::size_t at) { return steps[at].sign != ' '; };
  std::string text;
  std::size_t old_line = 1, new_line = 1, at = 0;
  const auto pass = [&] {
    if (steps[at].sign != '+') ++old_line;
    if (steps[at].sign != '-') ++new_line;
    ++at;
  };
  while (at < steps.size()) {
    std::size_t next = at;
    while (next < steps.size() && !changed(next)) ++next;
    if (next == steps.size()) break;
    while (at + around < next) pass();
    std::size_t last = next;  // of the hunk's changes
    for (std::size_t ahead = next; ahead < steps.size() && ahead <= last + 2 * around; ++ahead)
      if (changed(ahead)) last = ahead;
    const std::size_t end = std::min(last + around + 1, steps.size());
    text += hunk(steps, at, end, old_line, new_line);
    while (at < end) pass();
  }
  return text.empty() ? text : fmt::format("--- {}\n+++ {}\n{}", before_name, after_name, text);
}

}  // namespace orchestrate::init
