#include <algorithm>
#include <array>

#include <fmt/format.h>

#include "review/rules/groups.hpp"

namespace orchestrate::rules {
namespace {

/// D5.
std::optional<Flag> rows_in_the_way(const Statement& s, const ReviewState& state) {
  const auto in_the_way = std::ranges::find_if(
      state.answers, [&](const DataAnswer& answer) { return answer.probe.statement == &s && answer.is_in_the_way(); });
  if (in_the_way == state.answers.end()) return std::nullopt;
  return Flag{.object = object_of(s),
              .hazard = "there are " + in_the_way->probe.rows,
              .effect = "PostgreSQL refuses the statement, and the migration fails",
              .remedy = fmt::format("-- see them:\n{}\n-- then mend them, in a revision before this one",
                                    in_the_way->probe.sql)};
}

const std::array all = {
    Rule{.id = "rows-in-the-way",
         .category = "would-fail",
         .summary = "rows that are there make the statement fail",
         .why = "A NOT NULL, a key, a foreign key, a CHECK or a new type holds for every row, or is not made at all. "
                "Where a database is given, the review asks its rows before anything is migrated: one question that "
                "reads only, for a limited time, for each such statement, unless a statement before it may have "
                "mended them.",
         .bad = {},
         .good = {"ALTER TABLE panels ALTER COLUMN title SET NOT NULL",
                  "op.alter_column(\"panels\", \"title\", nullable=False)"},
         .needs = Needs::database,
         .check = rows_in_the_way},
};

}  // namespace

std::span<const Rule> rows() {
  return all;
}

}  // namespace orchestrate::rules
