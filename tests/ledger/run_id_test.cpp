#include "ledger/run_id.hpp"

#include <gtest/gtest.h>

#include <set>

namespace orchestrate {
namespace {

TEST(RunId, IsTheUtcTimeOfItsCreationWithASuffix) {
  EXPECT_EQ(run_id(parse_utc("2026-11-20T09:14:03Z"), 0x7f3a), "20261120-091403-7f3a");
  EXPECT_EQ(run_id(parse_utc("2026-01-02T00:00:00Z"), 0x000b), "20260102-000000-000b");
}

TEST(RunId, DiffersForRunsOfTheSameSecond) {
  std::set<std::string> ids;
  for (int run = 0; run < 20; ++run) ids.insert(new_run_id(parse_utc("2026-11-20T09:14:03Z")));
  EXPECT_GT(ids.size(), 15U);
}

}  // namespace
}  // namespace orchestrate
