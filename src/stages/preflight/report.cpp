#include "stages/preflight/report.hpp"

#include <set>

#include "orchestrate/error.hpp"

namespace orchestrate::preflight {
namespace {

/// "Could not ask" is an answer here, so that the other checks are still made.
Task<Answer> answer_of(const Check& check, Inspection& inspection) {
  std::optional<Error> problem;
  try {
    co_return co_await check.make(inspection);
  } catch (const Error& error) {
    if (error.kind() == ErrorKind::stopped) throw;
    problem = error;
  }
  const std::string fix = problem->hint().empty() ? "see what it says, and apply again" : problem->hint();
  co_return refused("could not be made: " + problem->doing() + ": " + problem->why(), fix);
}

}  // namespace

Task<Report> make_checks(Inspection& inspection, std::vector<Check> checks) {
  Report report;
  std::set<std::string_view> passed_checks;
  for (const Check& check : checks) {
    const std::string name(check.name);
    if (!check.after.empty() && !passed_checks.contains(check.after)) {
      ++report.not_passed;
      report.lines.push_back(name + ": not made, since " + std::string(check.after) + " did not pass");
      continue;
    }
    const Answer answer = co_await answer_of(check, inspection);
    ++report.made;
    for (const std::string& advice : answer.advice) report.advice.push_back(name + ": " + advice);
    for (const Obstacle& obstacle : answer.obstacles) report.lines.push_back(name + ": " + obstacle.text());
    if (answer.obstacles.empty()) passed_checks.insert(check.name);
    if (!answer.obstacles.empty()) ++report.not_passed;
    if (!answer.obstacles.empty() && report.first_fix.empty()) report.first_fix = answer.obstacles.front().fix;
  }
  co_return report;
}

Answer passed() {
  return {};
}

Answer refused(std::string what, std::string fix) {
  Answer answer;
  answer.obstacles.push_back({std::move(what), std::move(fix)});
  return answer;
}

}  // namespace orchestrate::preflight
