#include "orchestrate/plan.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "fakes.hpp"

namespace orchestrate {
namespace {

using testing::HasSubstr;

std::vector<Problem> problems(const std::vector<std::string>& pipeline) {
  const auto kinds = fake::kinds();
  auto plan = make_plan(fake::policy(pipeline), kinds);
  const auto* found = std::get_if<std::vector<Problem>>(&plan);
  return found ? *found : std::vector<Problem>{};
}

TEST(MakePlan, AcceptsThePipelineOfTheRunbook) {
  EXPECT_TRUE(
      problems({"preflight", "backup", "review", "restore_point", "upgrade", "post_check", "restart", "journal"})
          .empty());
}

TEST(MakePlan, GivesNoPlanToAnUpgradeWithoutABackup) {
  const auto found = problems({"preflight", "review", "restore_point", "upgrade"});
  ASSERT_EQ(found.size(), 1U);
  EXPECT_THAT(found[0].message,
              HasSubstr("upgrade needs backup.intact, which no earlier stage provides; put `backup`"));
  EXPECT_EQ(found[0].position, (Position{13, 5}));
}

TEST(MakePlan, NamesEveryMissingProofAtOnce) {
  EXPECT_EQ(problems({"upgrade"}).size(), 4U);
}

TEST(MakePlan, DoesNotCountAProofThatComesTooLate) {
  EXPECT_EQ(problems({"preflight", "review", "restore_point", "upgrade", "backup"}).size(), 1U);
}

TEST(MakePlan, WantsPreflightFirst) {
  const auto found = problems({"backup", "preflight"});
  ASSERT_EQ(found.size(), 1U);
  EXPECT_THAT(found[0].message, HasSubstr("preflight must be the first stage"));
}

TEST(MakePlan, WantsARestorePointThatMovesTheBranchDirectlyBeforeTheUpgrade) {
  EXPECT_TRUE(problems({"preflight", "backup", "review", "commit_point", "upgrade"}).empty());
  const auto found = problems({"preflight", "commit_point", "backup", "review", "upgrade"});
  ASSERT_EQ(found.size(), 1U);
  EXPECT_THAT(found[0].message, HasSubstr("must stand directly before upgrade"));
}

TEST(WayBack, ProvesTheSameAndStartsNothing) {
  const auto kinds = fake::kinds();
  Policy policy = fake::policy({"preflight", "backup", "review", "restore_point", "command", "stop", "upgrade",
                                "post_check", "restart", "journal"});
  policy.services.push_back(*UnitName::parse("bot.service"));
  auto plan = make_plan(policy, kinds);
  std::vector<std::string> names;
  for (const PlannedStage& stage : way_back(std::get<Plan>(std::move(plan))).stages) names.push_back(stage.name);
  EXPECT_THAT(
      names, testing::ElementsAre("preflight", "backup", "review", "restore_point", "stop", "downgrade", "post_check"));
}

TEST(MakePlan, AllowsOneUpgrade) {
  const auto found = problems({"preflight", "backup", "review", "restore_point", "upgrade", "upgrade"});
  ASSERT_EQ(found.size(), 1U);
  EXPECT_THAT(found[0].message, HasSubstr("second"));
}

TEST(MakePlan, RefusesATargetThatTheCommandCannotBeTold) {
  const auto kinds = fake::kinds();
  Policy policy = fake::policy({"preflight", "backup", "review", "restore_point", "upgrade"});
  policy.migrations.tool = Migrations::Tool::command;
  policy.migrations.command = {"make", "migrate"};
  policy.pipeline.back().settings.set("target", "heads", {14, 25});
  const auto refused = make_plan(policy, kinds);
  const auto& found = std::get<std::vector<Problem>>(refused);
  ASSERT_EQ(found.size(), 1U);
  EXPECT_EQ(found[0].position, (Position{14, 25}));
  EXPECT_THAT(found[0].message, HasSubstr("target heads cannot be told to migrations.command"));

  policy.migrations.command.push_back("rev={target}");
  EXPECT_TRUE(std::holds_alternative<Plan>(make_plan(policy, kinds)));
}

TEST(MakePlan, RefusesToRestartOntoASchemaThatNobodyChecked) {
  const auto found = problems({"preflight", "backup", "review", "restore_point", "upgrade", "restart"});
  ASSERT_EQ(found.size(), 1U);
  EXPECT_THAT(found[0].message, HasSubstr("restart needs migration.current"));
}

}  // namespace
}  // namespace orchestrate
