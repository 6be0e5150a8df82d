#include "review/rules/all.hpp"

namespace orchestrate::rules {
namespace {

std::optional<Flag> check(const Statement& s, [[maybe_unused]] const ReviewState&) {
  if (s.kind != StatementKind::drop_table) return std::nullopt;
  if (s.on_new_table) return std::nullopt;
  return Flag{
      .object = object_of(s),
      .hazard = "the table " + object_of(s) + " is dropped",
      .effect = "every row of it is gone; ACCESS EXCLUSIVE on it and on each table that it references, until COMMIT",
      .remedy =
          "release code that no longer uses it first; keep it for one release under another name:\n"
          "op.rename_table(\"" +
          s.table.name + "\", \"" + s.table.name + "_old\"" + schema_argument(s) + ")"};
}

}  // namespace

const Rule drop_table{"drop-table", "data-loss", "a table is dropped", check};

}  // namespace orchestrate::rules
