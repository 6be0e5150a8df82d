#include <algorithm>
#include <array>

#include "review/rules/all.hpp"

namespace orchestrate::rules {
namespace {

std::optional<Flag> check(const Statement& s, [[maybe_unused]] const ReviewState& state) {
  if (s.kind != StatementKind::drop_object) return std::nullopt;
  static constexpr std::array<std::string_view, 5> words = {"function", "procedure", "aggregate", "trigger", "rule"};
  if (std::ranges::find(words, s.what) == words.end()) return std::nullopt;
  const std::string object = s.table.text() + (s.name.empty() ? "" : "." + s.name);
  return Flag{.object = object,
              .hazard = "the " + s.what + " " + object + " is dropped",
              .effect = "what calls it, or what it kept true, no longer works from COMMIT on",
              .remedy = "op.execute(\"CREATE OR REPLACE FUNCTION " + s.table.text() + "(...) ...\")"};
}

}  // namespace

const Rule drop_function{"drop-function", "data-loss", "a function or trigger is dropped", check};

}  // namespace orchestrate::rules
