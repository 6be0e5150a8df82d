#include <algorithm>

#include "review/rules/all.hpp"

namespace orchestrate::rules {
namespace {

/// What the other direction would make again; nullptr when it does not say.
const Statement* made_again(const ReadRevision& revision, const Statement& dropped) {
  const bool column = dropped.kind == StatementKind::drop_column;
  const auto found = std::ranges::find_if(revision.opposite, [&](const Statement& s) {
    return s.kind == (column ? StatementKind::add_column : StatementKind::create_table) && s.table == dropped.table &&
           s.name == dropped.name;
  });
  return found == revision.opposite.end() ? nullptr : &*found;
}

/// Whether `made` could be the dropped thing under a new name, as far as the other direction says what that was.
bool replaces(const ReadRevision& revision, const Statement& dropped, const Statement& made) {
  const Statement* before = made_again(revision, dropped);
  if (dropped.kind == StatementKind::drop_column)
    return made.kind == StatementKind::add_column && made.table == dropped.table && made.name != dropped.name &&
           (!before || before->type == made.type);
  return dropped.kind == StatementKind::drop_table && made.kind == StatementKind::create_table && before &&
         !before->columns.empty() && before->columns == made.columns && made.table != dropped.table;
}

std::optional<Flag> check(const ReadRevision& revision, const ReviewState&) {
  for (const Statement& dropped : revision.statements) {
    const auto added = std::ranges::find_if(revision.statements,
                                            [&](const Statement& made) { return replaces(revision, dropped, made); });
    if (added == revision.statements.end()) continue;
    const bool table = dropped.kind == StatementKind::drop_table;
    return Flag{.object = object_of(dropped),
                .hazard = object_of(dropped) + " is dropped and " + object_of(*added) + " is made: a rename?",
                .effect = "autogenerate cannot see a rename; the old values are dropped and the new place is empty",
                .remedy = table ? "op.rename_table(\"" + dropped.table.name + "\", \"" + added->table.name + "\"" +
                                      schema_argument(dropped) + ")"
                                : "op.alter_column(\"" + dropped.table.name + "\", \"" + dropped.name +
                                      "\", new_column_name=\"" + added->name + "\"" + schema_argument(dropped) + ")",
                .place = dropped.place};
  }
  return std::nullopt;
}

}  // namespace

const Rule rename_as_drop_add{"rename-as-drop-add", "data-loss", "a rename written as drop and add", check};

}  // namespace orchestrate::rules
