#include <array>

#include "review/rules/groups.hpp"

namespace orchestrate::rules {
namespace {

using Kind = StatementKind;

std::optional<Flag> attach_partition(const Statement& s, const ReviewState&) {
  if (s.kind != Kind::attach_partition || s.on_new_table) return std::nullopt;
  return Flag{.object = object_of(s),
              .hazard = "a partition is attached to " + s.table.text(),
              .effect =
                  "its rows are read under ACCESS EXCLUSIVE unless a CHECK proves where they belong, and those of "
                  "the default partition, too",
              .remedy = "give it a validated CHECK of the same bounds before, and drop that after"};
}

std::optional<Flag> partition_locks(const Statement& s, const ReviewState& state) {
  const bool makes = s.kind == Kind::create_table && s.is_part && !s.references.empty();
  const bool detaches = s.kind == Kind::detach_partition && !s.concurrently;
  if ((!makes && !detaches) || s.on_new_table) return std::nullopt;
  const std::string parent = makes ? s.references.front().text() : s.table.text();
  const int version = state.facts.server_version;
  const bool knows_concurrently = version == 0 || version >= 140000;
  return Flag{.object = object_of(s),
              .hazard = (makes ? "a partition is made of " : "a partition is detached from ") + parent,
              .effect = "ACCESS EXCLUSIVE on " + parent + ": short, but behind a long reader everybody waits" +
                        (makes ? "; a default partition is read as a whole" : ""),
              .remedy = makes ? "make the table on its own, then ATTACH PARTITION, which hinders nobody at " + parent
                        : knows_concurrently
                            ? "outside of a transaction: ALTER TABLE ... DETACH PARTITION ... CONCURRENTLY"
                            : "while nobody works; from PostgreSQL 14 on there is DETACH PARTITION ... CONCURRENTLY"};
}

const std::array all = {
    Rule{.id = "attach-partition",
         .category = "blocking-lock",
         .summary = "a partition's rows are read under a lock",
         .why = "ATTACH PARTITION takes SHARE UPDATE EXCLUSIVE on the parent, and ACCESS EXCLUSIVE on the new "
                "partition and "
                "on the default one while it reads their rows, unless a CHECK proves that there is nothing to find.",
         .bad = {"ALTER TABLE log ATTACH PARTITION log_3 FOR VALUES IN (3)",
                 "op.execute(\"ALTER TABLE log ATTACH PARTITION log_3 FOR VALUES IN (3)\")"},
         .good = {"CREATE TABLE log_3 (LIKE log)", "op.execute(\"CREATE TABLE log_3 (LIKE log)\")"},
         .check = attach_partition},
    Rule{.id = "partition-locks",
         .category = "compatibility",
         .summary = "partitions come or go under a short lock",
         .why = "CREATE TABLE ... PARTITION OF and DETACH PARTITION take ACCESS EXCLUSIVE on the parent. It is short, "
                "unless "
                "somebody reads for long; a default partition is read as a whole meanwhile.",
         .bad = {"CREATE TABLE log_3 PARTITION OF log FOR VALUES IN (3)",
                 "op.execute(\"ALTER TABLE log DETACH PARTITION log_1\")"},
         .good = {"CREATE TABLE log_3 (LIKE log)", "op.execute(\"CREATE TABLE log_3 (LIKE log)\")"},
         .check = partition_locks},
};

}  // namespace

std::span<const Rule> partitions() {
  return all;
}

}  // namespace orchestrate::rules
