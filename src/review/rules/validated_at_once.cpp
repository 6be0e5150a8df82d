#include "review/rules/all.hpp"

namespace orchestrate::rules {
namespace {

std::optional<Flag> check(const Statement& s, [[maybe_unused]] const ReviewState&) {
  if (s.kind != StatementKind::add_constraint) return std::nullopt;
  // A primary key's columns become NOT NULL, for which a table is scanned whatever index there is.
  const bool has_index = s.using_index && s.constraint != ConstraintType::primary_key;
  if (s.not_valid || has_index || s.skips_scan || s.on_new_table) return std::nullopt;
  const bool scans = s.constraint == ConstraintType::check || s.constraint == ConstraintType::foreign_key;
  const std::string locks = s.constraint == ConstraintType::foreign_key
                                ? "both tables are locked against writes while every row is checked"
                            : scans         ? "ACCESS EXCLUSIVE while every row is checked"
                            : s.using_index ? "ACCESS EXCLUSIVE while a column that may be NULL is checked in every row"
                                            : "ACCESS EXCLUSIVE while its index is built";
  return Flag{.object = object_of(s),
              .hazard = "a constraint is added to " + s.table.text() + " and checked at once",
              .effect = locks + "; one row that breaks it fails the migration",
              .remedy = scans ? "add it with postgresql_not_valid=True, and in the next revision:\n"
                                "op.execute(\"ALTER TABLE " +
                                    s.table.text() + " VALIDATE CONSTRAINT " + s.name + "\")"
                              : "build a unique index concurrently first, then:\n"
                                "op.execute(\"ALTER TABLE " +
                                    s.table.text() + " ADD CONSTRAINT " + s.name + " UNIQUE USING INDEX ...\")"};
}

}  // namespace

const Rule validated_at_once{"constraint-validated-at-once", "blocking-lock",
                             "a constraint is checked or built under a lock", check};

}  // namespace orchestrate::rules
