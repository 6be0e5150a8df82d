#include "review/rules/all.hpp"

namespace orchestrate::rules {
namespace {

std::optional<Flag> check(const Statement& s, [[maybe_unused]] const ReviewState& state) {
  if (s.kind != StatementKind::opaque) return std::nullopt;
  return Flag{
      .object = "line-" + std::to_string(s.place.line),
      .hazard = "cannot judge: " + s.why,
      .effect = "what it does to the database is known only when it runs",
      .remedy = "write the statements out in upgrade(), or read it yourself and accept it with `orchestrate approve`"};
}

}  // namespace

const Rule cannot_judge{"cannot-judge", "cannot-judge", "nobody can tell from the text", check};

}  // namespace orchestrate::rules
