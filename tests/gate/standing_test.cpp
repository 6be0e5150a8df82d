#include "gate/standing.hpp"

#include <gtest/gtest.h>

namespace orchestrate {
namespace {

using Kind = Standing::Kind;
using Rows = std::vector<std::string>;

const TableName table{"cfg", "alembic_version"};

/// 001 <- 002, and on a branch of its own 001 <- 002b.
RevisionGraph graph() {
  RevisionGraph graph;
  graph.revisions = {{.id = "001"}, {.id = "002", .down = {"001"}}, {.id = "002b", .down = {"001"}}};
  return graph;
}

struct Case {
  std::optional<Rows> rows;
  Kind kind;
  const char* why;
};

TEST(Standing, IsToldByTheVersionRowsAndTheHeads) {
  const std::vector<Case> cases = {
      {Rows{"002", "002b"}, Kind::current, "the database is at 002, 002b"},
      {Rows{"002b", "002"}, Kind::current, "the database is at 002b, 002"},
      {Rows{"002"}, Kind::behind, "the database is at 002, and 002b is pending"},
      {Rows{"001"}, Kind::behind, "the database is at 001, and 002, 002b is pending"},
      {Rows{}, Kind::behind, "the database is at base, and 002, 002b is pending"},
      {Rows{"002", "003"}, Kind::ahead, "the database is at 003, which no version file is"},
      {std::nullopt, Kind::unknown, "there is no cfg.alembic_version"},
  };
  for (const Case& one : cases) {
    const Standing standing = standing_of(graph(), table, one.rows);
    EXPECT_EQ(to_string(standing.kind), to_string(one.kind)) << one.why;
    EXPECT_EQ(standing.why, one.why);
  }
}

TEST(Standing, IsUnknownWhereTheVersionFilesCannotBeUnderstood) {
  EXPECT_EQ(standing_of({}, table, Rows{"001"}).kind, Kind::unknown);
  RevisionGraph broken = graph();
  broken.problems.push_back({.rule = "cycle", .hazard = "revision 001 is its own ancestor"});
  const Standing standing = standing_of(broken, table, Rows{"002"});
  EXPECT_EQ(standing.kind, Kind::unknown);
  EXPECT_EQ(standing.why, "revision 001 is its own ancestor");
}

}  // namespace
}  // namespace orchestrate
