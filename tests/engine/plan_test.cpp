#include "orchestrate/plan.hpp"

#include <functional>

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

/// A policy whose services stop before a dump, with `edit` made to it.
std::vector<Problem> problems_of_way_back(const std::function<void(Policy&)>& edit) {
  const auto kinds = fake::kinds();
  Policy policy = fake::policy({"preflight", "review", "stop", "backup", "restore_point", "upgrade", "post_check"});
  policy.services = {*UnitName::parse("bot.service"), *UnitName::parse("web.service")};
  policy.pipeline[3].settings.set("take", std::string("/backups"), {});
  policy.on_failure = {{Remedy::restore, {30, 24}}, {Remedy::hold, {}}};
  edit(policy);
  auto plan = make_plan(policy, kinds);
  const auto* found = std::get_if<std::vector<Problem>>(&plan);
  return found ? *found : std::vector<Problem>{};
}

TEST(OnFailure, RestoresOnlyADumpThatServicesWereStoppedFor) {
  EXPECT_TRUE(problems_of_way_back([](Policy&) {}).empty());
  const std::vector<std::function<void(Policy&)>> cases = {
      [](Policy& policy) { policy.pipeline.erase(policy.pipeline.begin() + 2); },
      [](Policy& policy) { std::swap(policy.pipeline[2], policy.pipeline[3]); },
      [](Policy& policy) { policy.pipeline[3].settings = {}; },
      [](Policy& policy) {
        policy.pipeline[6].settings.set("units", std::vector{*UnitName::parse("other.service")}, {});
      },
      [](Policy& policy) {
        policy.pipeline[2].settings.set("units", std::vector{*UnitName::parse("bot.service")}, {});
      },
  };
  for (std::size_t i = 0; i < cases.size(); ++i) {
    const auto found = problems_of_way_back(cases[i]);
    ASSERT_EQ(found.size(), 1U) << i;
    EXPECT_EQ(found[0].position, (Position{30, 24})) << i;
    EXPECT_THAT(found[0].message, HasSubstr("put `- stop`, for every unit of the policy, and then `- backup: { take: "
                                            "DIRECTORY }` before upgrade, or say upgrade: hold"));
  }
}

TEST(OnFailure, CountsTheUnitsOfSeveralStops) {
  EXPECT_TRUE(problems_of_way_back([](Policy& policy) {
                policy.pipeline[2].settings.set("units", std::vector{*UnitName::parse("bot.service")}, {});
                StageSpec second = policy.pipeline[2];
                second.name = "stop-2";
                second.settings.set("units", std::vector{*UnitName::parse("web.service")}, {});
                policy.pipeline.insert(policy.pipeline.begin() + 3, second);
              }).empty());
}

TEST(OnFailure, DowngradesOnlyWhereThePolicySaysHow) {
  const auto with_make = [](Policy& policy) {
    policy.migrations.tool = Migrations::Tool::command;
    policy.migrations.command = {"make", "migrate"};
    policy.on_failure = {{Remedy::hold, {}}, {Remedy::downgrade, {30, 40}}};
  };
  const auto found = problems_of_way_back(with_make);
  ASSERT_EQ(found.size(), 1U);
  EXPECT_EQ(found[0].position, (Position{30, 40}));
  EXPECT_THAT(found[0].message, HasSubstr("after_upgrade: downgrade needs migrations.downgrade"));
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
