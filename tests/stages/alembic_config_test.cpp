#include "stages/preflight/alembic_config.hpp"

#include <gmock/gmock.h>

#include "git/checkout.hpp"

namespace orchestrate::preflight {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;

std::variant<ScriptLocations, Obstacle> read(const std::string& ini) {
  const Checkout checkout;
  checkout.write("alembic.ini", ini);
  return read_alembic_config(checkout.path() / "alembic.ini", "alembic");
}

std::vector<std::string> locations(const std::string& ini) {
  return std::get<ScriptLocations>(read(ini)).version_locations;
}

TEST(AlembicConfig, ReadsScriptLocationAsPythonDoes) {
  EXPECT_THAT(
      locations("# a comment\n[loggers]\nscript_location = no\n[alembic]\n; another\nscript_location = migrations\n"),
      ElementsAre("migrations/versions"));
  EXPECT_THAT(locations("[alembic]\nscript_location: db\n"), ElementsAre("db/versions"));
}

TEST(AlembicConfig, KnowsWhereItIs) {
  const Checkout checkout;
  checkout.write("etc/alembic.ini", "[alembic]\nscript_location = %(here)s/migrations\n");
  const auto config = read_alembic_config(checkout.path() / "etc/alembic.ini", "alembic");
  EXPECT_THAT(std::get<ScriptLocations>(config).version_locations,
              ElementsAre((checkout.path() / "etc/migrations/versions").string()));
}

TEST(AlembicConfig, TakesVersionLocationsOverTheDefaultOne) {
  EXPECT_THAT(locations("[alembic]\nscript_location = m\nversion_locations = a/versions b/versions\n"),
              ElementsAre("a/versions", "b/versions"));
  EXPECT_THAT(locations("[alembic]\nscript_location = m\nversion_locations =\n  a/versions\n  b/versions\n"),
              ElementsAre("a/versions", "b/versions"));
}

TEST(AlembicConfig, LeavesAPackagesDirectoryToPython) {
  const auto config = std::get<ScriptLocations>(read("[alembic]\nscript_location = bot:migrations\n"));
  EXPECT_TRUE(config.in_package);
  EXPECT_TRUE(config.version_locations.empty());
}

TEST(AlembicConfig, IsRefusedWithoutItsSectionOrItsScriptLocation) {
  EXPECT_THAT(std::get<Obstacle>(read("[other]\n")).what, HasSubstr("has no section [alembic]"));
  EXPECT_THAT(std::get<Obstacle>(read("[alembic]\nsqlalchemy.url = x\n")).what, HasSubstr("says no script_location"));
}

TEST(AlembicConfig, IsFoundByTheOptionsOfTheCommand) {
  Policy policy;
  policy.project.path = "/srv/bot";
  policy.migrations.command = {".venv/bin/python", "-m", "alembic", "--config=db/alembic.ini", "-n", "prod"};
  EXPECT_EQ(alembic_config_file(policy), "/srv/bot/db/alembic.ini");
  EXPECT_EQ(alembic_section(policy), "prod");
  policy.migrations.command = {".venv/bin/alembic"};
  EXPECT_EQ(alembic_config_file(policy), "/srv/bot/alembic.ini");
  policy.migrations.command = {"make", "migrate"};
  EXPECT_EQ(alembic_config_file(policy), std::nullopt);
}

}  // namespace
}  // namespace orchestrate::preflight
