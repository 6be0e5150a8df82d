#include <array>

#include <fmt/format.h>

#include "review/rules/groups.hpp"

namespace orchestrate::rules {
namespace {

std::optional<Flag> delete_without_where(const Statement& s, const ReviewState&) {
  if (s.kind != StatementKind::delete_rows || s.has_where || s.on_new_table) return std::nullopt;
  return Flag{.object = object_of(s),
              .hazard = "DELETE without a WHERE that selects",
              .effect = "every row of " + s.table.text() + " is gone; each row is locked until COMMIT",
              .remedy = fmt::format("name the rows:\nop.execute(\"DELETE FROM {} WHERE ...\")", s.table.text())};
}

std::optional<Flag> update_without_where(const Statement& s, const ReviewState&) {
  if (s.kind != StatementKind::update_rows || s.has_where || s.on_new_table) return std::nullopt;
  return Flag{.object = object_of(s),
              .hazard = "UPDATE without a WHERE that selects",
              .effect = "the old values of every row of " + s.table.text() +
                        " are gone; each row is locked until COMMIT and the table grows by its own size",
              .remedy = fmt::format("name the rows, and work in batches:\n"
                                    "op.execute(\"UPDATE {} SET ... WHERE ... IS NULL\")",
                                    s.table.text())};
}

const std::array all = {
    Rule{.id = "delete-without-where",
         .category = "data-loss",
         .summary = "DELETE without WHERE",
         .why = "Every row goes, and each stays locked until COMMIT. WHERE true and WHERE 1 = 1 select nothing either.",
         .bad = {"DELETE FROM panels", "op.execute(\"DELETE FROM panels\")"},
         .good = {"DELETE FROM panels WHERE id = 1", "op.execute(\"DELETE FROM panels WHERE id = 1\")"},
         .check = delete_without_where},
    Rule{.id = "update-without-where",
         .category = "data-loss",
         .summary = "UPDATE without WHERE",
         .why =
             "Every row is written anew and locked until COMMIT; the old values are gone. Fill in batches, outside of "
             "the transaction that changes the schema.",
         .bad = {"UPDATE panels SET title = ''", "op.execute(\"UPDATE panels SET title = ''\")"},
         .good = {"UPDATE panels SET title = '' WHERE title IS NULL AND id < 1000",
                  "op.execute(\"UPDATE panels SET title = '' WHERE title IS NULL AND id < 1000\")"},
         .check = update_without_where},
};

}  // namespace

std::span<const Rule> data_changes() {
  return all;
}

}  // namespace orchestrate::rules
