#include "stages/checks.hpp"

#include <optional>
#include <set>

#include "orchestrate/error.hpp"

namespace orchestrate {
namespace {

Task<Answer> answer_to(const Question& question) {
  std::optional<Error> problem;
  try {
    co_return co_await question.ask();
  } catch (const Error& error) {
    if (error.kind() == ErrorKind::stopped) throw;
    problem = error;
  }
  const std::string fix = problem->hint().empty() ? "see what it says, and try again" : problem->hint();
  co_return refused("could not be made: " + problem->doing() + ": " + problem->why(), fix);
}

}  // namespace

Task<std::vector<CheckResult>> answers_to(std::vector<Question> questions) {
  std::vector<CheckResult> results;
  std::set<std::string_view> passed;
  for (const Question& question : questions) {
    CheckResult result{.name = std::string(question.name), .waits_for = {}, .answer = {}};
    if (question.after.empty() || passed.contains(question.after))
      result.answer = co_await answer_to(question);
    else
      result.waits_for = question.after;
    if (result.passed()) passed.insert(question.name);
    results.push_back(std::move(result));
  }
  co_return results;
}

Answer passed(std::string found) {
  Answer answer;
  answer.found = std::move(found);
  return answer;
}

Answer refused(std::string what, std::string fix) {
  Answer answer;
  answer.obstacles.push_back({std::move(what), std::move(fix)});
  return answer;
}

}  // namespace orchestrate
