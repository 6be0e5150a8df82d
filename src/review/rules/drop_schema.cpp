#include "review/rules/all.hpp"

namespace orchestrate::rules {
namespace {

std::optional<Flag> check(const Statement& s, [[maybe_unused]] const ReviewState& state) {
  if (s.kind != StatementKind::drop_schema && s.kind != StatementKind::drop_owned) return std::nullopt;
  const bool owned = s.kind == StatementKind::drop_owned;
  return Flag{
      .object = owned ? s.what : s.table.schema,
      .hazard = owned ? s.what + " changes every object of a role" : "the schema " + s.table.schema + " is dropped",
      .effect = "everything in it is gone",
      .remedy = "never in a migration: drop its tables one by one, or do it by hand after a backup"};
}

}  // namespace

const Rule drop_schema{"drop-schema", "data-loss", "a schema or all objects of a role are dropped", check};

}  // namespace orchestrate::rules
