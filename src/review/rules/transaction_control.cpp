#include "review/rules/all.hpp"

namespace orchestrate::rules {
namespace {

std::optional<Flag> check(const Statement& s, [[maybe_unused]] const ReviewState& state) {
  if (s.kind != StatementKind::control_transaction) return std::nullopt;
  return Flag{
      .object = s.what,
      .hazard = s.what + " takes the transaction out of Alembic's hands",
      .effect = "what came before stays even when the rest fails, and the version table does not know it",
      .remedy = "leave it out; what must commit on its own goes into\nwith op.get_context().autocommit_block():"};
}

}  // namespace

const Rule transaction_control{"transaction-control", "out-of-scope", "the migration ends the transaction itself",
                               check};

}  // namespace orchestrate::rules
