#include "render/doctor.hpp"

#include <algorithm>

#include <fmt/format.h>

#include "render/json.hpp"
#include "render/stage_line.hpp"
#include "render/terminal_text.hpp"
#include "render/units.hpp"

namespace orchestrate {
namespace {

Mark mark_of(const CheckResult& result) {
  if (!result.made()) return {"-", Tone::faint};
  if (!result.passed()) return {"FAIL", Tone::bad};
  return result.answer.advice.empty() ? Mark{"ok", Tone::good} : Mark{"!", Tone::caution};
}

std::string summary_of(const CheckResult& result) {
  if (!result.made()) return "not made, since " + result.waits_for + " did not pass";
  return result.passed() ? result.answer.found : "";
}

std::size_t not_passed(const std::vector<CheckResult>& results) {
  return static_cast<std::size_t>(std::ranges::count_if(results, [](const auto& result) { return !result.passed(); }));
}

std::string check_text(const CheckResult& result, std::size_t columns, Style style) {
  const Mark mark = mark_of(result);
  std::string line = "  " + painted(style, mark.tone, padded(mark.text, 4)) + "  " +
                     padded(printable(result.name), columns) + "  " + printable(summary_of(result));
  line.erase(line.find_last_not_of(' ') + 1);
  std::string text = line + "\n";
  const std::string margin(8, ' ');
  for (const Obstacle& obstacle : result.answer.obstacles)
    text += fmt::format("{0}{1}\n{0}fix: {2}\n", margin, printable(obstacle.what), printable(obstacle.fix));
  for (const std::string& advice : result.answer.advice) text += margin + printable(advice) + "\n";
  return text;
}

}  // namespace

std::string doctor_text(const std::string& app, const std::vector<CheckResult>& results, Style style) {
  std::size_t columns = 0;
  for (const CheckResult& result : results) columns = std::max(columns, result.name.size());
  std::string text = painted(style, Tone::strong, printable(app)) + "\n";
  for (const CheckResult& result : results) text += check_text(result, columns, style);
  const std::size_t bad = not_passed(results);
  if (bad == 0) return text + fmt::format("all {} checks passed\n", results.size());
  return text + fmt::format("{} of {} checks did not pass\n", bad, results.size());
}

Json doctor_json(const std::string& app, const std::vector<CheckResult>& results) {
  Json::Array checks;
  for (const CheckResult& result : results) {
    Json::Array problems;
    for (const Obstacle& obstacle : result.answer.obstacles)
      problems.push_back(Json::object({{"what", obstacle.what}, {"fix", obstacle.fix}}));
    Json check = Json::object({{"check", result.name},
                               {"passed", result.passed()},
                               {"found", result.answer.found},
                               {"problems", problems},
                               {"advice", Json::of(result.answer.advice)}});
    if (!result.made()) check.set("waits_for", result.waits_for);
    checks.push_back(std::move(check));
  }
  return Json::object(
      {{"schema_version", json_schema_version}, {"app", app}, {"good", not_passed(results) == 0}, {"checks", checks}});
}

}  // namespace orchestrate
