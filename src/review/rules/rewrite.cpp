#include "review/rules/all.hpp"

namespace orchestrate::rules {
namespace {

std::optional<Flag> check(const Statement& s, [[maybe_unused]] const ReviewState& state) {
  if (s.kind != StatementKind::rewrite && s.kind != StatementKind::lock_table && s.kind != StatementKind::rebuild)
    return std::nullopt;
  if (s.concurrently || s.on_new_table) return std::nullopt;
  const bool rebuild = s.kind == StatementKind::rebuild;
  if (s.kind == StatementKind::lock_table)
    return Flag{.object = object_of(s),
                .hazard = "LOCK TABLE " + s.table.text(),
                .effect = "ACCESS EXCLUSIVE unless it says otherwise, until COMMIT: nobody can even read",
                .remedy = "leave it out: each statement takes the lock that it needs"};
  return Flag{.object = object_of(s),
              .hazard = rebuild ? s.what + " without CONCURRENTLY" : s.table.text() + " is rewritten",
              .effect = rebuild ? "nobody can write, or read a materialized view, until it is done"
                                : "the whole table is copied under ACCESS EXCLUSIVE; as much disk again is needed",
              .remedy = "do it outside of a migration, concurrently"};
}

}  // namespace

const Rule rewrite{"rewrite", "blocking-lock", "a table is rewritten or locked as a whole", check};

}  // namespace orchestrate::rules
