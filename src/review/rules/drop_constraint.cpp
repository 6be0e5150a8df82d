#include "review/rules/all.hpp"

namespace orchestrate::rules {
namespace {

std::optional<Flag> check(const Statement& s, [[maybe_unused]] const ReviewState&) {
  if (s.kind != StatementKind::drop_constraint) return std::nullopt;
  if (s.on_new_table) return std::nullopt;
  return Flag{.object = object_of(s),
              .hazard = "the constraint " + s.name + " of " + s.table.text() + " is dropped",
              .effect =
                  "rows that break it can come in from now on; a foreign key also locks the table that it references "
                  "(ACCESS EXCLUSIVE); ON CONFLICT on its columns fails",
              .remedy =
                  "find out whether the models still want it; a new one instead comes first, not valid:\n"
                  "op.create_check_constraint(\"" +
                  s.name + "_new\", \"" + s.table.name +
                  "\", \"...\", "
                  "postgresql_not_valid=True" +
                  schema_argument(s) + ")"};
}

}  // namespace

const Rule drop_constraint{"drop-constraint", "compatibility", "a constraint is dropped", check};

}  // namespace orchestrate::rules
