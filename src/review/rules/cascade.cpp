#include "review/rules/all.hpp"

namespace orchestrate::rules {
namespace {

std::optional<Flag> check(const Statement& s, [[maybe_unused]] const ReviewState&) {
  if (!s.cascade || s.kind == StatementKind::truncate || s.on_new_table) return std::nullopt;
  return Flag{
      .object = object_of(s),
      .hazard = "CASCADE drops objects that are not named here",
      .effect = "views, foreign keys, triggers and, with types, columns that depend on " + object_of(s) + " go with it",
      .remedy = "list the dependents (\\d+ in psql), drop each of them by name, and leave CASCADE out"};
}

}  // namespace

const Rule cascade{"cascade", "data-loss", "CASCADE drops what nobody named", check};

}  // namespace orchestrate::rules
