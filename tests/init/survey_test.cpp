#include "init/survey.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "files/text.hpp"
#include "host.hpp"
#include "init/policy_text.hpp"
#include "policy/policy_loader.hpp"
#include "stages/catalog.hpp"

namespace orchestrate::init {
namespace {

using testing::HasSubstr;
using testing::Not;

/// A project of tests/hosts and the policy that ships for it.
struct Known {
  const char *folder, *app, *checkout, *env_file;
};
constexpr std::array<Known, 5> projects = {{
    {"magikal", "magikal-bot", "/home/magikalbot/magikal-bot", "etc/magikal-bot.env"},
    {"guild_bot", "guild-bot", "/opt/guild-bot", "project/.env"},
    {"create_all", "event-bot", "/srv/event-bot", "project/.env"},
    {"sqlmodel_service", "sqlmodel-service", "/srv/library", "etc/sqlmodel-service.env"},
    {"byte_bot", "byte-bot", "/srv/byte", "etc/byte-bot.env"},
}};

Policy loaded(const std::string& text) {
  auto loaded = parse_policy(text, "policy.yaml", stage_kinds());
  for (const Problem& problem : loaded.problems) ADD_FAILURE() << problem_text(problem, "policy.yaml", text);
  return loaded.policy.value_or(Policy{});
}

TEST(Survey, FindsOfEachProjectWhatItsShippedPolicySays) {
  for (const Known& known : projects) {
    SCOPED_TRACE(known.app);
    const Host host;
    host.take_project(known.folder, known.checkout, known.env_file);
    const Survey survey = host.look();
    const Policy found = loaded(policy_text(survey));
    const Policy shipped = loaded(
        files::read_text(std::filesystem::path(SOURCE_DIR) / "policies" / (std::string(known.app) + ".yaml"), 65536));
    EXPECT_EQ(found.app, shipped.app);
    EXPECT_EQ(found.project.user, shipped.project.user);
    EXPECT_EQ(found.project.env_file->path, host.path(known.env_file));
    EXPECT_EQ(found.project.env_file->dialect, shipped.project.env_file->dialect);
    EXPECT_EQ(found.migrations.tool, shipped.migrations.tool);
    EXPECT_EQ(found.migrations.command, shipped.migrations.command);
    EXPECT_EQ(found.migrations.downgrade, shipped.migrations.downgrade);
    EXPECT_EQ(found.migrations.database_url.form, shipped.migrations.database_url.form);
    EXPECT_EQ(found.migrations.version_table, shipped.migrations.version_table);
    EXPECT_EQ(found.migrations.schemas, shipped.migrations.schemas);
    EXPECT_EQ(found.migrations.versions.front().lexically_relative(host.project()),
              shipped.migrations.versions.front().lexically_relative(known.checkout));
    EXPECT_EQ(found.services, shipped.services);
    EXPECT_TRUE(survey.gaps.empty());
    EXPECT_THAT(everything_of(survey), Not(HasSubstr(password)));
  }
}

TEST(Survey, SaysThatAUnitUpgradesByItself) {
  const Host host;
  host.take_project("byte_bot", "/srv/byte", "etc/byte-bot.env");
  EXPECT_THAT(found(host.look(), "an upgrade at every start of byte-bot.service"), HasSubstr("leave it to a run"));
}

TEST(Survey, TakesWhatWasGivenInsteadOfLooking) {
  const Host host;
  host.take_project("guild_bot", "/opt/guild-bot", "project/.env");
  host.write("units/other.service", "[Service]\nUser=other\n");
  const Survey survey = host.look({.app = "named", .user = "", .units = {*UnitName::parse("other.service")}});
  EXPECT_EQ(survey.app, "named");
  EXPECT_EQ(survey.user->value, "other");
  ASSERT_EQ(survey.services.size(), 1U);
  EXPECT_EQ(host.look({.app = "", .user = "me", .units = {}}).user->value, "me");
}

TEST(Survey, UsesTheDumpsOfAnotherJobOnlyWhereTheyAreOfThisDatabase) {
  const Host host;
  host.take_project("magikal", "/home/magikalbot/magikal-bot", "etc/magikal-bot.env");
  EXPECT_EQ(found(host.look(), "dumps by another job"), "/home/magikalbot/backups/appdb-{date}.dump");
  const Policy policy = loaded(policy_text(host.look()));
  EXPECT_EQ(policy.pipeline[1].settings.text("log_says"), "backup complete");

  host.write("bin/magikal-db-dump", "#!/bin/sh\npg_dump shop > /b/shop.dump\n");
  EXPECT_FALSE(host.look().dumps);
  EXPECT_THAT(policy_text(host.look()), HasSubstr("backup: { take: /var/backups/magikal-bot }"));
}

}  // namespace
}  // namespace orchestrate::init
