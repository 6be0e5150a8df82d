#include <algorithm>
#include <array>

#include <fmt/format.h>

#include "review/rules/groups.hpp"

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
