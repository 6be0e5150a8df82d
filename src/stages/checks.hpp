#pragma once

#include <functional>
#include <span>
#include <string_view>
#include <vector>

#include "orchestrate/check_result.hpp"
#include "orchestrate/task.hpp"

namespace orchestrate {

/// One question about the live host, whatever it is that its group of checks looks at.
template <class Subject>
struct CheckOf {
  std::string_view name;
  std::string_view after;  ///< the check without whose pass this one cannot be made; empty: none
  Task<Answer> (*make)(Subject&);
};

/// A check bound to what it looks at.
struct Question {
  std::string_view name, after;
  std::function<Task<Answer>()> ask;
};

template <class Subject>
void add_questions(std::vector<Question>& questions, std::span<const CheckOf<Subject>> checks, Subject& subject) {
  for (const CheckOf<Subject>& check : checks)
    questions.push_back({check.name, check.after, [&subject, make = check.make] { return make(subject); }});
}

/// Asks in this order. "Could not ask" is a refusal, so that the others are still asked. Throws Error (`stopped`) only.
Task<std::vector<CheckResult>> answers_to(std::vector<Question> questions);

/// `found` is what people want to see of it.
Answer passed(std::string found = {});
Answer refused(std::string what, std::string fix);

}  // namespace orchestrate
