#include <algorithm>

#include "review/rules/all.hpp"

namespace orchestrate::rules {
namespace {

using Kind = StatementKind;

/// Since PostgreSQL 12 a CHECK (column IS NOT NULL) that was validated before spares the scan.
bool is_proven(const Statement& s, const ReviewState& state) {
  std::vector<std::string> waiting;  // added NOT VALID
  for (const ReadRevision& revision : state.revisions)
    for (const Statement& before : revision.statements) {
      if (before.order >= s.order) return false;
      if (before.table != s.table) continue;
      const bool is_waiting = std::ranges::find(waiting, before.name) != waiting.end();
      if (before.kind == Kind::validate_constraint && is_waiting) return true;
      if (before.kind != Kind::add_constraint || before.proves_not_null != s.name) continue;
      if (!before.not_valid) return true;  // which another rule says something about
      waiting.push_back(before.name);
    }
  return false;
}

std::optional<Flag> check(const Statement& s, const ReviewState& state) {
  if (s.kind != Kind::set_not_null) return std::nullopt;
  if (s.on_new_table || is_proven(s, state)) return std::nullopt;
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
