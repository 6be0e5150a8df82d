#include "review/rules/all.hpp"

namespace orchestrate::rules {
namespace {

std::optional<Flag> check(const Statement& s, [[maybe_unused]] const ReviewState&) {
  if (s.kind != StatementKind::truncate) return std::nullopt;
  if (s.on_new_table) return std::nullopt;
  return Flag{.object = object_of(s),
              .hazard = "TRUNCATE empties " + object_of(s) + (s.cascade ? " and every table that references it" : ""),
              .effect = "every row is gone; ACCESS EXCLUSIVE until COMMIT",
              .remedy =
                  "delete the rows that are meant, in batches:\n"
                  "op.execute(\"DELETE FROM " +
                  s.table.text() + " WHERE ...\")"};
}

}  // namespace

const Rule truncate{"truncate", "data-loss", "a table is emptied", check};

}  // namespace orchestrate::rules
