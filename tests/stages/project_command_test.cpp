#include "stages/project_command.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace orchestrate {
namespace {

using testing::ElementsAre;
using testing::Optional;

Policy policy_of(Migrations::Tool tool, std::vector<std::string> command, std::vector<std::string> downgrade = {}) {
  Policy policy;
  policy.project.path = "/srv/bot";
  policy.migrations.tool = tool;
  policy.migrations.command = std::move(command);
  policy.migrations.downgrade = std::move(downgrade);
  return policy;
}

TEST(MigrationCommand, OfAlembicIsItsCommandLineWithVerbAndRevision) {
  const Policy policy = policy_of(Migrations::Tool::alembic, {".venv/bin/alembic", "-x", "{target}"});
  EXPECT_THAT(upgrade_argv(policy, "head"), ElementsAre(".venv/bin/alembic", "-x", "{target}", "upgrade", "head"));
  EXPECT_THAT(downgrade_argv(policy, "-1"),
              Optional(ElementsAre(".venv/bin/alembic", "-x", "{target}", "downgrade", "-1")));
}

TEST(MigrationCommand, OfTheProjectHasTheTargetInItsPlace) {
  const Policy policy =
      policy_of(Migrations::Tool::command, {"make", "migrate", "rev={target}"}, {"alembic", "downgrade", "{target}"});
  EXPECT_THAT(upgrade_argv(policy, "002"), ElementsAre("make", "migrate", "rev=002"));
  EXPECT_THAT(downgrade_argv(policy, "base"), Optional(ElementsAre("alembic", "downgrade", "base")));
}

TEST(MigrationCommand, OfTheProjectMayHaveNoWayBack) {
  const Policy policy = policy_of(Migrations::Tool::command, {"make", "migrate"});
  EXPECT_THAT(upgrade_argv(policy, "head"), ElementsAre("make", "migrate"));
  EXPECT_EQ(downgrade_argv(policy, "base"), std::nullopt);
}

TEST(ProjectPython, IsTheOneNamedElseTheOneThatTheCommandBeginsWith) {
  Policy policy = policy_of(Migrations::Tool::alembic, {".venv/bin/python", "-m", "alembic"});
  EXPECT_EQ(project_python(policy), "/srv/bot/.venv/bin/python");
  policy.migrations.command = {".venv/bin/alembic"};
  EXPECT_EQ(project_python(policy), "/srv/bot/.venv/bin/python");
  policy.migrations.python = "/srv/bot/env/bin/python";
  EXPECT_EQ(project_python(policy), "/srv/bot/env/bin/python");
}

}  // namespace
}  // namespace orchestrate
