#include "review/rules/all.hpp"

namespace orchestrate::rules {
namespace {

std::optional<Flag> check(const Statement& s, [[maybe_unused]] const ReviewState&) {
  if (s.kind != StatementKind::drop_column) return std::nullopt;
  if (s.on_new_table) return std::nullopt;
  return Flag{.object = object_of(s),
              .hazard = "the column " + object_of(s) + " is dropped",
              .effect =
                  "its values are gone, with its indexes and constraints; code that still names it fails until it is "
                  "restarted; short ACCESS EXCLUSIVE",
              .remedy =
                  "release code that no longer maps the column first, then drop it; until then:\n"
                  "op.alter_column(\"" +
                  s.table.name + "\", \"" + s.name + "\", nullable=True" + schema_argument(s) + ")"};
}

}  // namespace

const Rule drop_column{"drop-column", "data-loss", "a column is dropped", check};

}  // namespace orchestrate::rules
