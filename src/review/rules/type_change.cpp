#include "review/rules/all.hpp"
#include "review/type_effect.hpp"

namespace orchestrate::rules {
namespace {

std::optional<Flag> check(const Statement& s, [[maybe_unused]] const ReviewState& state) {
  if (s.kind != StatementKind::set_type) return std::nullopt;
  if (s.on_new_table || type_effect(s.old_type, s.type) != TypeEffect::rewrites) return std::nullopt;
  return Flag{
      .object = object_of(s),
      .hazard = "the column " + object_of(s) + " becomes " + s.type,
      .effect =
          "the table is rewritten under ACCESS EXCLUSIVE with all its indexes, unless PostgreSQL knows that the "
          "old values fit; prepared statements of running code fail once",
      .remedy =
          "add a new column, fill it in batches, switch over in a later revision:\n"
          "op.add_column(\"" +
          s.table.name + "\", sa.Column(\"" + s.name + "_new\", sa." + (s.type.empty() ? "..." : s.type) +
          ", nullable=True)" + schema_argument(s) + ")"};
}

}  // namespace

const Rule type_change{"type-change", "blocking-lock", "a column changes its type", check};

}  // namespace orchestrate::rules
