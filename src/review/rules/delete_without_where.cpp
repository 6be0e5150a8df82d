#include "review/rules/all.hpp"

namespace orchestrate::rules {
namespace {

std::optional<Flag> check(const Statement& s, [[maybe_unused]] const ReviewState&) {
  if (s.kind != StatementKind::delete_rows) return std::nullopt;
  if (s.has_where || s.on_new_table) return std::nullopt;
  return Flag{.object = object_of(s),
              .hazard = "DELETE without a WHERE that selects",
              .effect = "every row of " + s.table.text() + " is gone; each row is locked until COMMIT",
              .remedy = "name the rows:\nop.execute(\"DELETE FROM " + s.table.text() + " WHERE ...\")"};
}

}  // namespace

const Rule delete_without_where{"delete-without-where", "data-loss", "DELETE without WHERE", check};

}  // namespace orchestrate::rules
