#include <algorithm>
#include <array>

#include <fmt/format.h>

#include "review/rules/groups.hpp"
#include "review/rules/whole_set.hpp"
#include "review/work.hpp"

namespace orchestrate::rules {
namespace {

using Kind = StatementKind;

/// D1: what NOT VALID was for is lost.
std::vector<Flag> validated_in_same_transaction(const ReadRevision& revision, const ReviewState& state) {
  std::vector<Flag> flags;
  for (const Statement& s : revision.statements) {
    if (s.kind != Kind::validate_constraint || s.autocommit) continue;
    const bool together = std::ranges::any_of(state.run_order.about(s.table), [&](const Statement* before) {
      return before->kind == Kind::add_constraint && before->not_valid && before->name == s.name &&
             before->transaction == s.transaction && before->order < s.order;
    });
    if (!together || s.on_new_table) continue;
    flags.push_back(
        {.object = object_of(s),
         .hazard = s.name + " is added NOT VALID and validated in the same transaction",
         .effect = "the lock of ADD CONSTRAINT is held while every row is read: as if NOT VALID were not there",
         .remedy = "validate in the next revision, and let each have its transaction: "
                   "transaction_per_migration=True in env.py",
         .about = &s});
  }
  return flags;
}

std::optional<Flag> triggers_off(const Statement& s, const ReviewState&) {
  if (s.kind != Kind::disable_trigger || s.on_new_table) return std::nullopt;
  return Flag{.object = object_of(s),
              .hazard = (s.name.empty() ? "all triggers" : "the trigger " + s.name) + " of " + s.table.text() +
                        " are switched off",
              .effect = "what they keep true (with ALL: foreign keys, too) is not looked at until they are on again",
              .remedy = "leave them on; where it must be, switch them on again in the same transaction"};
}

/// D6.
std::optional<Flag> unnamed_constraint(const Statement& s, const ReviewState&) {
  if (s.kind != Kind::add_constraint || !s.is_unnamed) return std::nullopt;
  const std::string name = s.table.name + (s.columns.empty() ? "" : "_" + s.columns.front());
  return Flag{.object = object_of(s),
              .hazard = "a constraint of " + s.table.text() + " gets no name here",
              .effect =
                  "PostgreSQL chooses it, or env.py's naming convention: who drops it later has to look it up, and "
                  "op.drop_constraint(None, ...) cannot be compiled",
              .remedy = "name it: \"" + name + "_...\""};
}

/// D2. Until then it is half a constraint, which C7 is said of with it.
bool waits_for_validation(const Statement& s, const ReviewState& state) {
  return s.kind == Kind::add_constraint && s.not_valid && !any_about(s.table, state, [&](const Statement& later) {
           return later.kind == Kind::validate_constraint && later.name == s.name;
         });
}

std::optional<Flag> never_validated(const Statement& s, const ReviewState& state) {
  if (s.on_new_table || !waits_for_validation(s, state)) return std::nullopt;
  return Flag{
      .object = object_of(s),
      .hazard = "nothing here validates " + (s.name.empty() ? "the constraint" : s.name),
      .effect =
          "rows from before may break it until somebody validates it; code that still writes such rows gets errors "
          "from COMMIT on",
      .remedy = fmt::format("in a later revision:\nop.execute(\"ALTER TABLE {} VALIDATE CONSTRAINT {}\")",
                            s.table.text(), s.name.empty() ? "NAME" : s.name)};
}

/// C7, where validated-at-once says nothing.
std::optional<Flag> new_restriction(const Statement& s, const ReviewState& state) {
  const bool constraint = s.kind == Kind::add_constraint && !work_of(s).scans;
  const bool index = s.kind == Kind::create_index && s.unique;
  if ((!constraint && !index) || s.on_new_table || waits_for_validation(s, state)) return std::nullopt;
  const bool of_new_columns = !s.columns.empty() && std::ranges::all_of(s.columns, [&](const std::string& column) {
    return any_about(s.table, state,
                     [&](const Statement& added) { return added.kind == Kind::add_column && added.name == column; });
  });
  // A constraint over an index only gives a name to what is enforced already.
  if (of_new_columns || (s.using_index && s.constraint == ConstraintType::unique)) return std::nullopt;
  return Flag{.object = s.name.empty() ? object_of(s) : s.name,
              .hazard = fmt::format("new rows of {} must keep to {} from COMMIT on", s.table.text(),
                                    s.name.empty() ? "the constraint" : s.name),
              .effect = "code that still writes rows that break it gets errors",
              .remedy = "release code that keeps to it first"};
}

const std::array all = {
    Rule{
        .id = "validated-in-same-transaction",
        .category = "blocking-lock",
        .summary = "NOT VALID and VALIDATE in one transaction",
        .why =
            "Locks are held until COMMIT, and Alembic runs all pending revisions in one transaction unless env.py says "
            "transaction_per_migration=True.",
        .bad = {"BEGIN; ALTER TABLE panels ADD CONSTRAINT k CHECK (id > 0) NOT VALID; "
                "ALTER TABLE panels VALIDATE CONSTRAINT k; COMMIT",
                "op.create_check_constraint(\"k\", \"panels\", \"id > 0\", postgresql_not_valid=True)\n"
                "op.execute(\"ALTER TABLE panels VALIDATE CONSTRAINT k\")"},
        .good = {"ALTER TABLE panels VALIDATE CONSTRAINT k",
                 "op.execute(\"ALTER TABLE panels VALIDATE CONSTRAINT k\")"},
        .check = validated_in_same_transaction},
    Rule{.id = "unnamed-constraint",
         .category = "advice",
         .summary = "a constraint without a name",
         .why = "op.create_unique_constraint(None, ...) takes the name that env.py's naming convention gives, else "
                "PostgreSQL's. The downgrade that autogenerate writes to it, op.drop_constraint(None, ...), fails: "
                "Alembic cannot compile it, and with a convention it names a constraint that is not there.",
         .bad = {"ALTER TABLE panels ADD CHECK (id > 0) NOT VALID",
                 "op.create_foreign_key(None, \"panels\", \"channels\", [\"channel\"], [\"id\"])"},
         .good = {"ALTER TABLE panels ADD CONSTRAINT k CHECK (id > 0) NOT VALID",
                  "op.create_foreign_key(\"k\", \"panels\", \"channels\", [\"channel\"], [\"id\"])"},
         .check = unnamed_constraint},
    Rule{.id = "never-validated",
         .category = "advice",
         .summary = "NOT VALID without VALIDATE",
         .why = "NOT VALID holds for new rows only. VALIDATE CONSTRAINT, in a later revision with a transaction of its "
                "own, reads the old ones while others read and write.",
         .bad = {"ALTER TABLE panels ADD CONSTRAINT k CHECK (id > 0) NOT VALID",
                 "op.create_check_constraint(\"k\", \"panels\", \"id > 0\", postgresql_not_valid=True)"},
         .good = {"ALTER TABLE panels ADD CONSTRAINT k CHECK (id > 0) NOT VALID;\n"
                  "ALTER TABLE panels VALIDATE CONSTRAINT k",
                  "op.execute(\"ALTER TABLE panels VALIDATE CONSTRAINT k\")"},
         .check = never_validated},
    Rule{.id = "new-restriction",
         .category = "advice",
         .summary = "what running code writes may be refused",
         .why = "From COMMIT on each INSERT and UPDATE is checked, also by a constraint that is NOT VALID and by a "
                "unique index. The running code was not written for it.",
         .bad = {"ALTER TABLE panels ADD CONSTRAINT k CHECK (id > 0) NOT VALID;\n"
                 "ALTER TABLE panels VALIDATE CONSTRAINT k",
                 "with op.get_context().autocommit_block():\n"
                 "    op.create_index(\"i\", \"panels\", [\"title\"], unique=True, postgresql_concurrently=True)"},
         .good = {"CREATE INDEX CONCURRENTLY i ON panels (title)",
                  "op.add_column(\"panels\", sa.Column(\"code\", sa.Text()))\n"
                  "op.create_index(\"i\", \"panels\", [\"code\"], unique=True)"},
         .check = new_restriction},
    Rule{.id = "triggers-off",
         .category = "compatibility",
         .summary = "triggers are switched off",
         .why = "DISABLE TRIGGER ALL also switches off what enforces foreign keys; nothing is checked afterwards.",
         .bad = {"ALTER TABLE panels DISABLE TRIGGER ALL", "op.execute(\"ALTER TABLE panels DISABLE TRIGGER USER\")"},
         .good = {"ALTER TABLE panels ENABLE TRIGGER ALL", "op.execute(\"ALTER TABLE panels ENABLE TRIGGER ALL\")"},
         .check = triggers_off},
};

}  // namespace

std::span<const Rule> constraints() {
  return all;
}

}  // namespace orchestrate::rules
