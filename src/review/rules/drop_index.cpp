#include "review/rules/all.hpp"

namespace orchestrate::rules {
namespace {

std::optional<Flag> check(const Statement& s, [[maybe_unused]] const ReviewState&) {
  if (s.kind != StatementKind::drop_index) return std::nullopt;
  if (s.on_new_table || s.concurrently) return std::nullopt;
  const std::string table = s.table.name.empty() ? "" : ", table_name=\"" + s.table.name + "\"";
  return Flag{.object = s.name,
              .hazard = "the index " + s.name + " is dropped",
              .effect =
                  "ACCESS EXCLUSIVE on its table; queries that used it scan the whole table from then on; a unique "
                  "index also guards against duplicates",
              .remedy =
                  "find out whether the models still want it; if it must go:\n"
                  "with op.get_context().autocommit_block():\n"
                  "    op.drop_index(\"" +
                  s.name + "\"" + table + schema_argument(s) + ", postgresql_concurrently=True, if_exists=True)"};
}

}  // namespace

const Rule drop_index{"drop-index", "blocking-lock", "an index is dropped under a lock", check};

}  // namespace orchestrate::rules
