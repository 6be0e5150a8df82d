#include "review/rules/all.hpp"

namespace orchestrate::rules {
namespace {

std::optional<Flag> check(const Statement& s, [[maybe_unused]] const ReviewState& state) {
  if (s.kind != StatementKind::set_not_null) return std::nullopt;
  if (state.is_new(s)) return std::nullopt;
  const std::string check = s.table.name + "_" + s.name + "_not_null";
  return Flag{
      .object = object_of(s),
      .hazard = "the column " + object_of(s) + " becomes NOT NULL",
      .effect =
          "the whole table is scanned under ACCESS EXCLUSIVE, and one NULL in it fails the migration; code that "
          "still writes NULL fails",
      .remedy =
          "in one revision:\n"
          "op.create_check_constraint(\"" +
          check + "\", \"" + s.table.name + "\", \"" + s.name + " IS NOT NULL\", postgresql_not_valid=True" +
          schema_argument(s) +
          ")\n"
          "in the next one:\n"
          "op.execute(\"ALTER TABLE " +
          s.table.text() + " VALIDATE CONSTRAINT " + check +
          "\")\n"
          "op.alter_column(\"" +
          s.table.name + "\", \"" + s.name + "\", nullable=False" + schema_argument(s) +
          ")\n"
          "op.drop_constraint(\"" +
          check + "\", \"" + s.table.name + "\"" + schema_argument(s) + ")"};
}

}  // namespace

const Rule set_not_null{"set-not-null", "blocking-lock", "a column becomes NOT NULL", check};

}  // namespace orchestrate::rules
