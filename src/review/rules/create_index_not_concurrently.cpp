#include "review/rules/all.hpp"

namespace orchestrate::rules {
namespace {

std::optional<Flag> check(const Statement& s, [[maybe_unused]] const ReviewState&) {
  if (s.kind != StatementKind::create_index) return std::nullopt;
  if (s.concurrently || s.on_new_table) return std::nullopt;
  return Flag{.object = s.name.empty() ? object_of(s) : s.name,
              .hazard = "the index " + s.name + " on " + s.table.text() + " is built without CONCURRENTLY",
              .effect = "SHARE lock: nobody can write to the table until COMMIT",
              .remedy =
                  "in a revision of its own:\n"
                  "with op.get_context().autocommit_block():\n"
                  "    op.create_index(\"" +
                  s.name + "\", \"" + s.table.name + "\", [...]" + schema_argument(s) +
                  ", postgresql_concurrently=True)"};
}

}  // namespace

const Rule create_index_not_concurrently{"create-index-not-concurrently", "blocking-lock",
                                         "an index is built under a lock", check};

}  // namespace orchestrate::rules
