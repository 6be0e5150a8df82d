#include <array>
#include <map>
#include <set>

#include <fmt/format.h>

#include "review/rules/groups.hpp"
#include "review/rules/whole_set.hpp"
#include "review/work.hpp"

namespace orchestrate::rules {
namespace {

using Kind = StatementKind;

/// Whether others wait for it: not at a new table, nor at a small one, where there is a database to ask.
bool locks_out(const Statement& s, const ReviewState& state) {
  if (s.table.name == unknown_part) return false;  // it may be any of them
  if (s.on_new_table || s.table.name.empty() || work_of(s).lock != Lock::access_exclusive) return false;
  const TableFacts* table = table_of(s, state);
  return !table || table->is_larger_than(state.small_table);
}

/// E11. Once for a transaction: where the second table comes.
std::optional<Flag> several_tables_locked(const Statement& s, const ReviewState& state) {
  if (s.autocommit || !locks_out(s, state)) return std::nullopt;
  std::set<TableName> before;
  std::map<TableName, TableName> earlier_names;
  const auto first_name = [&](const TableName& table) {
    const auto renamed = earlier_names.find(table);
    return renamed == earlier_names.end() ? table : renamed->second;
  };
  for (const Statement* other : state.run_order.of_transaction(s.transaction)) {
    if (other->order >= s.order) break;
    const TableName name = first_name(other->table);
    if (locks_out(*other, state)) before.insert(name);
    if (before.size() > 1) return std::nullopt;  // said there
    if (other->kind == Kind::rename_table) earlier_names[{other->table.schema, other->new_name}] = name;
    if (other->kind == Kind::move_table) earlier_names[{other->new_name, other->table.name}] = name;
  }
  if (before.size() != 1 || before.contains(first_name(s.table))) return std::nullopt;
  return Flag{.object = object_of(s),
              .hazard = fmt::format("{} is locked (ACCESS EXCLUSIVE) while the lock of {} is held", s.table.text(),
                                    before.begin()->text()),
              .effect =
                  "a transaction that uses both in the other order is a deadlock: PostgreSQL ends one of the two "
                  "(SQLSTATE 40P01)",
              .remedy =
                  "a revision for each table, and a transaction for each revision: "
                  "transaction_per_migration=True in env.py"};
}

/// E8. What is long under a lock is work-under-lock; this is about the locks and the failure that are left.
std::vector<Flag> one_transaction(const ReadRevision& revision, const ReviewState& state) {
  if (state.revisions.size() < 2 || revision.id != state.revisions.front().id || !revision.is_revision) return {};
  const ReadRevision& last = state.revisions.back();
  const auto locking = std::ranges::find_if(revision.statements, [&](const Statement& s) {
    return locks_out(s, state) && std::ranges::any_of(last.statements, [&](const Statement& later) {
             return later.transaction == s.transaction;
           });
  });
  const bool long_work = any_in_set(state, takes_long);
  if (locking == revision.statements.end() || long_work) return {};
  return {{.object = "transaction",
           .hazard = fmt::format("{} pending revisions are one transaction", state.revisions.size()),
           .effect = fmt::format("{} stays locked until the last of them is done, and a failure of any undoes all",
                                 locking->table.text()),
           .remedy = "transaction_per_migration=True in context.configure() of env.py",
           .about = &*locking}};
}

/// B21: PostgreSQL reads, or writes, a table once for all commands of one ALTER TABLE.
bool is_mergeable(const Statement& s) {
  static constexpr std::array kinds = {Kind::add_column, Kind::set_type, Kind::set_not_null, Kind::add_constraint};
  const bool index = s.constraint == ConstraintType::unique || s.constraint == ConstraintType::primary_key ||
                     s.constraint == ConstraintType::exclude || s.constraint == ConstraintType::foreign_key;
  return !s.on_new_table && !index && std::ranges::find(kinds, s.kind) != kinds.end() && work_of(s).scans;
}

std::optional<Flag> mergeable_alters(const Statement& s, const ReviewState& state) {
  if (!is_mergeable(s)) return std::nullopt;
  std::size_t before = 0;
  for (const Statement* other : state.run_order.about(s.table)) {
    const bool apart = other->place.line != s.place.line || other->place.file != s.place.file;
    if (other->order < s.order && apart && is_mergeable(*other)) ++before;
  }
  if (before != 1) return std::nullopt;
  return Flag{.object = s.table.text(),
              .hazard = "several ALTER TABLEs read or write all of " + s.table.text(),
              .effect = "once for each; in one statement PostgreSQL does it once",
              .remedy = fmt::format("op.execute(\"ALTER TABLE {} ..., ...\")", s.table.text())};
}

const std::array all = {
    Rule{.id = "several-tables-locked",
         .category = "advice",
         .summary = "two tables are locked in one transaction",
         .why = "The migration locks them in its order, the application uses them in its own. Where these differ, each "
                "waits for the other, and PostgreSQL ends one of them.",
         .bad = {"BEGIN; ALTER TABLE panels ADD COLUMN note text; ALTER TABLE channels ADD COLUMN note text; COMMIT",
                 "op.add_column(\"panels\", sa.Column(\"note\", sa.Text()))\n"
                 "op.add_column(\"channels\", sa.Column(\"note\", sa.Text()))"},
         .good = {"ALTER TABLE panels ADD COLUMN note text; ALTER TABLE channels ADD COLUMN note text",
                  "op.add_column(\"panels\", sa.Column(\"note\", sa.Text()))\n"
                  "op.add_column(\"panels\", sa.Column(\"more\", sa.Text()))"},
         .check = several_tables_locked},
    Rule{.id = "one-transaction-for-all",
         .category = "advice",
         .summary = "all pending revisions are one transaction",
         .why =
             "Alembic's default. The first revision's locks are held until the last one is done, and when that fails "
             "all are undone. Spoken of where the first locks a table and nothing else says so.",
         .bad = {},
         .good = {"ALTER TABLE panels ADD COLUMN note text",
                  "op.add_column(\"panels\", sa.Column(\"note\", sa.Text()))"},
         .needs = Needs::set,
         .check = one_transaction},
    Rule{.id = "mergeable-alters",
         .category = "advice",
         .summary = "a table is read or written anew more than once",
         .why = "ALTER TABLE takes any number of commands and goes through the table once for all of them.",
         .bad = {"ALTER TABLE panels ALTER COLUMN a TYPE bigint;\nALTER TABLE panels ALTER COLUMN b TYPE bigint",
                 "op.alter_column(\"panels\", \"a\", nullable=False)\n"
                 "op.alter_column(\"panels\", \"b\", nullable=False)"},
         .good = {"ALTER TABLE panels ALTER COLUMN a TYPE bigint, ALTER COLUMN b TYPE bigint",
                  "op.execute(\"ALTER TABLE panels ALTER COLUMN a SET NOT NULL, ALTER COLUMN b SET NOT NULL\")"},
         .check = mergeable_alters},
};

}  // namespace

std::span<const Rule> lock_order() {
  return all;
}

}  // namespace orchestrate::rules
