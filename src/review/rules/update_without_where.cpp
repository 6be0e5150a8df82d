#include "review/rules/all.hpp"

namespace orchestrate::rules {
namespace {

std::optional<Flag> check(const Statement& s, [[maybe_unused]] const ReviewState&) {
  if (s.kind != StatementKind::update_rows) return std::nullopt;
  if (s.has_where || s.on_new_table) return std::nullopt;
  return Flag{.object = object_of(s),
              .hazard = "UPDATE without a WHERE that selects",
              .effect = "the old values of every row of " + s.table.text() +
                        " are gone; each row is locked until COMMIT and the table grows by its own size",
              .remedy =
                  "name the rows, and work in batches:\n"
                  "op.execute(\"UPDATE " +
                  s.table.text() + " SET ... WHERE ... IS NULL\")"};
}

}  // namespace

const Rule update_without_where{"update-without-where", "data-loss", "UPDATE without WHERE", check};

}  // namespace orchestrate::rules
