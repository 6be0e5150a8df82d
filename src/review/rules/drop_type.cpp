#include <algorithm>
#include <array>

#include "review/rules/all.hpp"

namespace orchestrate::rules {
namespace {

std::optional<Flag> check(const Statement& s, [[maybe_unused]] const ReviewState& state) {
  if (s.kind != StatementKind::drop_object) return std::nullopt;
  static constexpr std::array<std::string_view, 7> elsewhere = {
      "view", "materialized view", "function", "procedure", "aggregate", "trigger", "rule"};
  if (std::ranges::find(elsewhere, s.what) != elsewhere.end()) return std::nullopt;
  return Flag{.object = s.table.name.empty() ? s.what : s.table.text(),
              .hazard = "the " + s.what + " " + s.table.text() + " is dropped",
              .effect = "it fails while something uses it; casts and defaults that name it fail afterwards",
              .remedy = "drop it in a later revision, when no column and no code names it"};
}

}  // namespace

const Rule drop_type{"drop-type", "data-loss", "a type, sequence or other object is dropped", check};

}  // namespace orchestrate::rules
