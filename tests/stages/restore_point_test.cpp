#include "stages/restore_point.hpp"

#include <gmock/gmock.h>

#include "stages/bench.hpp"

namespace orchestrate {
namespace {

using testing::HasSubstr;
using testing::MatchesRegex;

Settings mode(const std::string& name) {
  Settings settings;
  settings.set("mode", name, {});
  settings.set("message", std::string("restore point before migration work"), {});
  settings.set("max_file", Size{10U << 20}, {});
  return settings;
}

TEST(RestorePoint, InModeRefKeepsTheCheckoutAndLeavesTheBranchAlone) {
  StageBench bench;
  bench.checkout.sh("echo more >> bot.py");
  const auto before = footprint(bench.checkout.path());
  const Outcome outcome = bench.run(restore_point_stage, mode("ref"));
  EXPECT_EQ(outcome.verdict, Verdict::passed) << text_of(outcome);
  EXPECT_THAT(outcome.summary, MatchesRegex("commit [0-9a-f]{7} in refs/orchestrate/r1"));
  EXPECT_EQ(footprint(bench.checkout.path()), before);
}

TEST(RestorePoint, InModeCommitCommitsOnTheBranch) {
  StageBench bench;
  const std::string before = bench.checkout.sh("git rev-parse HEAD; echo more >> bot.py");
  const Outcome outcome = bench.run(restore_point_stage, mode("commit"));
  EXPECT_THAT(outcome.summary, MatchesRegex("commit [0-9a-f]{7} on main"));
  ASSERT_EQ(outcome.evidence.size(), 1U);
  EXPECT_EQ(outcome.evidence[0].name, "restore_point.recorded");
  EXPECT_EQ(outcome.evidence[0].facts, Json::object({{"mode", "commit"},
                                                     {"commit", bench.checkout.sh("git rev-parse main")},
                                                     {"ref", "refs/orchestrate/r1"},
                                                     {"head_before", before},
                                                     {"branch", "main"}}));
}

TEST(RestorePoint, RecordsWhereHeadWasBeforeItActs) {
  StageBench bench;
  const std::string before = bench.checkout.sh("git rev-parse HEAD; echo more >> bot.py");
  bench.run(restore_point_stage, mode("commit"));
  ASSERT_EQ(bench.facts.size(), 1U);
  EXPECT_EQ(bench.facts[0].first, "restore_point.before");
  EXPECT_EQ(bench.facts[0].second.text_or("head"), before);
}

TEST(RestorePoint, WritesNothingInADryRunAndProvesNothing) {
  StageBench bench;
  bench.checkout.sh("echo more >> bot.py");
  const auto before = footprint(bench.checkout.path());
  const Outcome outcome = bench.dry_run(restore_point_stage, mode("commit"));
  EXPECT_EQ(outcome.verdict, Verdict::passed);
  EXPECT_TRUE(outcome.evidence.empty());
  EXPECT_TRUE(bench.facts.empty());
  EXPECT_EQ(footprint(bench.checkout.path()), before);
  EXPECT_EQ(bench.checkout.sh("git for-each-ref refs/orchestrate"), "");
}

TEST(RestorePoint, NamesEverythingInTheWayAtOnce) {
  StageBench bench;
  bench.checkout.sh("touch .env server.key; git bisect start > /dev/null");
  const auto before = footprint(bench.checkout.path());
  const Outcome outcome = bench.run(restore_point_stage, mode("commit"));
  EXPECT_EQ(outcome.verdict, Verdict::failed);
  EXPECT_THAT(text_of(outcome), AllOf(HasSubstr("a bisect is under way"), HasSubstr("untracked .env looks like"),
                                      HasSubstr("untracked server.key looks like")));
  EXPECT_EQ(outcome.next, "git bisect reset");
  EXPECT_EQ(footprint(bench.checkout.path()), before);
}

TEST(RestorePoint, SaysWhenThereIsNoRepository) {
  StageBench bench;
  bench.checkout.sh("rm -rf .git");
  const Outcome outcome = bench.run(restore_point_stage, mode("ref"));
  EXPECT_EQ(outcome.verdict, Verdict::failed);
  EXPECT_THAT(outcome.summary, HasSubstr("is in no git repository"));
}

TEST(RestorePoint, ChangesTheCheckoutOnlyInModeCommit) {
  EXPECT_EQ(restore_point_stage.effect(mode("ref")), Effect::keeps);
  EXPECT_EQ(restore_point_stage.effect(mode("commit")), Effect::changes);
}

TEST(RestorePoint, TakesASizeInBytesOnly) {
  Settings settings = mode("ref");
  EXPECT_TRUE(restore_point_stage.problems(settings).empty());
  settings.set("max_file", Size{.factor = 2}, {});
  EXPECT_EQ(restore_point_stage.problems(settings).size(), 1U);
}

}  // namespace
}  // namespace orchestrate
