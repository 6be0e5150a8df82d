#include "review/rules/all.hpp"

namespace orchestrate::rules {
namespace {

/// What is made in the same revision in the place of what is dropped.
const Statement* replacement(const std::vector<Statement>& statements, const Statement& dropped) {
  const bool column = dropped.kind == StatementKind::drop_column, table = dropped.kind == StatementKind::drop_table;
  for (const Statement& made : statements) {
    if (column && made.kind == StatementKind::add_column && made.table == dropped.table && made.name != dropped.name)
      return &made;
    if (table && made.kind == StatementKind::create_table && made.table.schema == dropped.table.schema &&
        made.table.name != dropped.table.name)
      return &made;
  }
  return nullptr;
}

std::optional<Flag> check(const ReadRevision& revision, const ReviewState&) {
  for (const Statement& dropped : revision.script.upgrade) {
    const Statement* added = replacement(revision.script.upgrade, dropped);
    if (!added) continue;
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
