#include <algorithm>
#include <array>

#include <fmt/format.h>

#include "review/rules/groups.hpp"
#include "review/work.hpp"

namespace orchestrate::rules {
namespace {

using Kind = StatementKind;

std::optional<Flag> transaction_control(const Statement& s, const ReviewState&) {
  if (s.kind != Kind::control_transaction) return std::nullopt;
  return Flag{
      .object = s.what,
      .hazard = s.what + " takes the transaction out of Alembic's hands",
      .effect = "what came before stays even when the rest fails, and the version table does not know it",
      .remedy = "leave it out; what must commit on its own goes into\nwith op.get_context().autocommit_block():"};
}

std::optional<Flag> concurrently_in_transaction(const Statement& s, const ReviewState&) {
  if (!s.concurrently || s.autocommit || s.object == ObjectKind::materialized_view) return std::nullopt;
  return Flag{.object = s.name.empty() ? object_of(s) : s.name,
              .hazard = "CONCURRENTLY inside Alembic's transaction",
              .effect = "PostgreSQL refuses it (SQLSTATE 25001): the migration fails and rolls back",
              .remedy = "put it into\nwith op.get_context().autocommit_block():"};
}

std::optional<Flag> never_in_transaction(const Statement& s, const ReviewState&) {
  static constexpr std::array<std::string_view, 5> commands = {"VACUUM", "ALTER SYSTEM", "CREATE DATABASE",
                                                               "DROP DATABASE", "CREATE TABLESPACE"};
  if (s.autocommit || std::ranges::find(commands, s.what) == commands.end()) return std::nullopt;
  return Flag{.object = s.what,
              .hazard = s.what + " inside Alembic's transaction",
              .effect = "PostgreSQL refuses it (SQLSTATE 25001): the migration fails and rolls back",
              .remedy = "do it outside of the migration, or in\nwith op.get_context().autocommit_block():"};
}

/// What a failure in the middle would leave: the version row is written last, in the last transaction.
std::vector<Flag> partial_commit(const ReadRevision& revision, const ReviewState& state) {
  const auto acts = [](const Statement& s) { return s.kind != Kind::read && s.kind != Kind::set_parameter; };
  const auto first =
      std::ranges::find_if(revision.statements, [&](const Statement& s) { return s.autocommit && acts(s); });
  const bool upgrades = revision.is_revision && state.direction == Direction::upgrade;
  if (first == revision.statements.end() || !upgrades) return {};
  const auto count = std::ranges::count_if(revision.statements, acts);
  const bool can_run_again = std::ranges::all_of(revision.statements, [&](const Statement& s) {
    return !acts(s) || s.if_exists || s.if_not_exists || s.kind == Kind::update_rows || s.kind == Kind::delete_rows;
  });
  if (count < 2 || can_run_again) return {};
  return {{.object = "autocommit",
           .hazard = fmt::format("{} statements, and not all of them in one transaction", count),
           .effect = "when one fails, those before it stay and the version table does not know them; the next upgrade "
                     "fails on what is there already",
           .remedy = "one statement in a revision with autocommit_block(), or each with if_exists or if_not_exists",
           .about = &*first}};
}

using Literals = std::array<std::string, 2>;

bool holds_one(std::string_view text, const Literals& literals) {
  return std::ranges::any_of(literals, [&](const std::string& literal) { return text.find(literal) != text.npos; });
}

/// Whether anything but the statement itself can use the value: to ask each for its text takes long in a large file.
bool may_be_used(const ReadRevision& revision, const Statement& s, const Literals& literals) {
  std::string text = revision.source;
  if (revision.id == s.revision) {
    const std::string_view own = revision.text_of(s);
    text.erase(static_cast<std::size_t>(own.data() - revision.source.data()), own.size());
  }
  return holds_one(text, literals);
}

std::optional<Flag> new_value_used(const Statement& s, const ReviewState& state) {
  if (s.kind != Kind::add_enum_value || s.autocommit || s.name.empty()) return std::nullopt;
  const Literals literals = {"'" + s.name + "'", "\"" + s.name + "\""};
  for (const ReadRevision& revision : state.revisions) {
    if (!may_be_used(revision, s, literals)) continue;
    for (const Statement& after : revision.statements) {
      if (after.order <= s.order || after.transaction != s.transaction) continue;
      if (after.place.line == s.place.line && after.place.file == s.place.file) continue;
      if (after.kind == Kind::add_enum_value) continue;
      if (!holds_one(revision.text_of(after), literals)) continue;
      return Flag{
          .object = s.table.text() + "." + s.name,
          .hazard = "the new value '" + s.name + "' of " + s.table.text() + " is used in the same transaction",
          .effect = "PostgreSQL refuses it (SQLSTATE 55P04): the migration fails and rolls back",
          .remedy = "commit it first:\nwith op.get_context().autocommit_block():\n    op.execute(\"ALTER TYPE " +
                    s.table.text() + " ADD VALUE '" + s.name + "'\")"};
    }
  }
  return std::nullopt;
}

/// Whether another rule speaks of it already.
bool speaks_for_itself(const Statement& other, const Statement& s) {
  if (other.table != s.table) return false;
  const bool validates = other.kind == Kind::validate_constraint && s.kind == Kind::add_constraint;
  return validates || hinders_writers(work_of(other).lock);
}

/// B19: the first statement takes the lock, and what is long comes after it.
std::optional<Flag> work_under_lock(const Statement& s, const ReviewState& state) {
  if (s.on_new_table || s.autocommit || s.table.name.empty() || takes_long(s)) return std::nullopt;
  if (work_of(s).lock != Lock::access_exclusive) return std::nullopt;
  const bool is_said = std::ranges::any_of(state.run_order.about(s.table), [&](const Statement* other) {
    return other->order < s.order && other->transaction == s.transaction && !other->on_new_table &&
           work_of(*other).lock == Lock::access_exclusive;
  });
  if (is_said) return std::nullopt;
  const Statement* longest = nullptr;
  for (const Statement* other : state.run_order.after(s)) {
    if (other->transaction != s.transaction) break;
    if (!takes_long(*other) || speaks_for_itself(*other, s)) continue;
    longest = other;
    break;
  }
  if (!longest) return std::nullopt;
  return Flag{.object = s.table.text(),
              .hazard = fmt::format("{} is locked (ACCESS EXCLUSIVE) while a later statement works through {}",
                                    s.table.text(), longest->table.text()),
              .effect = fmt::format("nobody can read {} until all is committed, the work of {} line {} included",
                                    s.table.text(), longest->revision, longest->place.line),
              .remedy =
                  "a revision of its own for the work, and a transaction for each revision: "
                  "transaction_per_migration=True in env.py"};
}

const std::array all = {
    Rule{
        .id = "transaction-control",
        .category = "out-of-scope",
        .summary = "the migration ends the transaction itself",
        .why =
            "Alembic writes the version row in the transaction that it began. When the migration commits on its own, a "
            "failure afterwards leaves a schema that no revision describes.",
        .bad = {"", "op.execute(\"COMMIT\")"},
        .good = {"", "with op.get_context().autocommit_block():\n    op.execute(\"SELECT 1\")"},
        .check = transaction_control},
    Rule{.id = "concurrently-in-transaction",
         .category = "would-fail",
         .summary = "CONCURRENTLY inside a transaction",
         .why = "PostgreSQL refuses CREATE, DROP and REINDEX ... CONCURRENTLY inside of a transaction.",
         .bad = {"BEGIN; CREATE INDEX CONCURRENTLY i ON panels (title); COMMIT",
                 "op.create_index(\"i\", \"panels\", [\"title\"], postgresql_concurrently=True)"},
         .good = {"CREATE INDEX CONCURRENTLY i ON panels (title)",
                  "with op.get_context().autocommit_block():\n"
                  "    op.create_index(\"i\", \"panels\", [\"title\"], postgresql_concurrently=True)"},
         .check = concurrently_in_transaction},
    Rule{.id = "never-in-transaction",
         .category = "would-fail",
         .summary = "a command that no transaction may hold",
         .why = "VACUUM, ALTER SYSTEM and the making and dropping of databases and tablespaces cannot be undone, so "
                "PostgreSQL refuses them inside of a transaction.",
         .bad = {"BEGIN; VACUUM panels; COMMIT", "op.execute(\"VACUUM panels\")"},
         .good = {"VACUUM panels", "with op.get_context().autocommit_block():\n    op.execute(\"VACUUM panels\")"},
         .check = never_in_transaction},
    Rule{.id = "partial-commit",
         .category = "compatibility",
         .summary = "a failure in the middle leaves half of a revision",
         .why = "autocommit_block() commits what came before it and each statement in it. The version row is written "
                "at the "
                "end, so that a rerun begins at the beginning and fails.",
         .bad = {"",
                 "op.add_column(\"panels\", sa.Column(\"note\", sa.Text()))\n"
                 "with op.get_context().autocommit_block():\n"
                 "    op.create_index(\"i\", \"panels\", [\"note\"], postgresql_concurrently=True)"},
         .good = {"",
                  "with op.get_context().autocommit_block():\n"
                  "    op.create_index(\"i\", \"panels\", [\"note\"], postgresql_concurrently=True)"},
         .check = partial_commit},
    Rule{.id = "enum-value-in-same-transaction",
         .category = "would-fail",
         .summary = "a new enum value is used before it is committed",
         .why = "A value that ALTER TYPE ... ADD VALUE made can be used after COMMIT only. Before PostgreSQL 12 the "
                "command "
                "itself could not run in a transaction.",
         .bad = {"BEGIN;\nALTER TYPE mood ADD VALUE 'fine';\nUPDATE panels SET mood = 'fine' WHERE id = 1;\nCOMMIT",
                 "op.execute(\"ALTER TYPE mood ADD VALUE 'fine'\")\n"
                 "op.execute(\"UPDATE panels SET mood = 'fine' WHERE id = 1\")"},
         .good = {"ALTER TYPE mood ADD VALUE 'fine';\nUPDATE panels SET mood = 'fine' WHERE id = 1",
                  "op.execute(\"ALTER TYPE mood ADD VALUE 'fine'\")"},
         .check = new_value_used},
    Rule{.id = "work-under-lock",
         .category = "blocking-lock",
         .summary = "a short lock becomes a long one",
         .why =
             "Locks are held until COMMIT. What is quick by itself (ADD COLUMN) hinders everybody for as long as the "
             "statements after it take, in this revision and in those that run in the same transaction.",
         .bad = {"BEGIN; ALTER TABLE panels ADD COLUMN note text; UPDATE panels SET note = title WHERE id > 0; COMMIT",
                 "op.add_column(\"panels\", sa.Column(\"note\", sa.Text()))\n"
                 "op.execute(\"UPDATE panels SET note = title WHERE id > 0\")"},
         .good = {"ALTER TABLE panels ADD COLUMN note text; UPDATE panels SET note = title WHERE id > 0",
                  "op.execute(\"UPDATE panels SET title = '' WHERE id = 7\")\n"
                  "op.add_column(\"panels\", sa.Column(\"note\", sa.Text()))"},
         .check = work_under_lock},
};

}  // namespace

std::span<const Rule> transactions() {
  return all;
}

}  // namespace orchestrate::rules
