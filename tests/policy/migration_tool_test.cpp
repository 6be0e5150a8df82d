#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "load.hpp"

namespace orchestrate {
namespace {

using testing::ElementsAre;
using testing::IsEmpty;

TEST(MigrationTool, IsAlembicUnlessThePolicySaysOtherwise) {
  const Migrations migrations = loaded(whole).policy->migrations;
  EXPECT_EQ(migrations.tool, Migrations::Tool::alembic);
  EXPECT_TRUE(migrations.takes_target());
  EXPECT_EQ(migrations.python, "");
}

TEST(MigrationTool, MayBeAMakeTargetBesideAnInterpreter) {
  const auto policy = loaded(with_command("  tool: command\n  command: [make, migrate]\n  python: .venv/bin/python\n"
                                          "  downgrade: [.venv/bin/alembic, downgrade, '{target}']\n"))
                          .policy;
  ASSERT_TRUE(policy);
  EXPECT_EQ(policy->migrations.tool, Migrations::Tool::command);
  EXPECT_FALSE(policy->migrations.takes_target());
  EXPECT_EQ(policy->migrations.python, "/home/magikalbot/magikal-bot/.venv/bin/python");
  EXPECT_THAT(policy->migrations.downgrade, ElementsAre(".venv/bin/alembic", "downgrade", "{target}"));
}

TEST(MigrationTool, TakesATargetAlsoInsideAWord) {
  const auto policy = loaded(with_command("  tool: command\n  command: [make, 'migrate-to', 'rev={target}']\n"
                                          "  python: .venv/bin/python\n"))
                          .policy;
  ASSERT_TRUE(policy);
  EXPECT_TRUE(policy->migrations.takes_target());
}

TEST(MigrationTool, NeedsAnInterpreterWhereTheCommandIsNone) {
  EXPECT_THAT(problem_lines(with_command("  tool: command\n  command: [make, migrate]\n")),
              ElementsAre("8:12: 'make' is no interpreter; name the project's beside it: python: .venv/bin/python"));
}

TEST(MigrationTool, RefusesADowngradeThatNobodyCouldAim) {
  EXPECT_THAT(problem_lines(with_command("  tool: command\n  command: [.venv/bin/python, m.py]\n"
                                         "  downgrade: [make, rollback]\n")),
              ElementsAre("9:14: 'downgrade' has no {target}, so nobody could say where it goes"));
}

TEST(MigrationTool, OfAlembicAddsTheVerbAndTheRevisionItself) {
  EXPECT_THAT(
      problem_lines(
          with_command("  command: [.venv/bin/alembic, upgrade, '{target}']\n  downgrade: [x, '{target}']\n")),
      ElementsAre(
          "7:12: 'command' holds {target}, which is for `tool: command`; `upgrade REVISION` is added to Alembic's",
          "8:14: 'downgrade' is for `tool: command`; Alembic's own command line knows how"));
}

TEST(RequiredSettings, AreNamesOfVariables) {
  std::string text = whole;
  text.replace(text.find("  user: "), 0, "  required_settings: [SECRET_KEY, GITHUB-APP]\n");
  EXPECT_THAT(problem_lines(text), ElementsAre("5:35: 'required_settings' must be the name of a variable, such as "
                                               "SECRET_KEY, not 'GITHUB-APP'"));
  text.replace(text.find("GITHUB-APP"), 10, "GITHUB_APP");
  EXPECT_THAT(loaded(text).policy->project.required_settings, ElementsAre("SECRET_KEY", "GITHUB_APP"));
}

}  // namespace
}  // namespace orchestrate
