#include "review/rules/all.hpp"

namespace orchestrate::rules {
namespace {

std::optional<Flag> check(const Statement& s, [[maybe_unused]] const ReviewState& state) {
  if (!s.concurrently || s.autocommit) return std::nullopt;
  return Flag{.object = s.name,
              .hazard = "CONCURRENTLY inside Alembic's transaction",
              .effect = "PostgreSQL refuses it (SQLSTATE 25001): the migration fails and rolls back",
              .remedy = "put it into\nwith op.get_context().autocommit_block():"};
}

}  // namespace

const Rule concurrently_in_transaction{"concurrently-in-transaction", "compatibility",
                                       "CONCURRENTLY inside a transaction", check};

}  // namespace orchestrate::rules
