#include "review/rules/all.hpp"
#include "review/type_effect.hpp"

namespace orchestrate::rules {
namespace {

std::optional<Flag> check(const Statement& s, [[maybe_unused]] const ReviewState&) {
  if (s.kind != StatementKind::set_type) return std::nullopt;
  if (s.on_new_table || type_effect(s.old_type, s.type) != TypeEffect::loses) return std::nullopt;
  return Flag{
      .object = object_of(s),
      .hazard = "the column " + object_of(s) + " changes from " + s.old_type + " to " + s.type + ", which holds less",
      .effect =
          "values are cut or rounded, or the migration fails on the first that does not fit; the table is "
          "rewritten under ACCESS EXCLUSIVE",
      .remedy =
          "add a new column, fill and compare it, and drop the old one a release later:\n"
          "op.add_column(\"" +
          s.table.name + "\", sa.Column(\"" + s.name + "_new\", sa." + s.type + ", nullable=True)" +
          schema_argument(s) + ")"};
}

}  // namespace

const Rule lossy_type_change{"lossy-type-change", "data-loss", "a column gets a type that holds less", check};

}  // namespace orchestrate::rules
