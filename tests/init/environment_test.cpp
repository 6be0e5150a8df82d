#include "init/environment.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "host.hpp"
#include "init/project_tree.hpp"

namespace orchestrate::init {
namespace {

using testing::HasSubstr;
using testing::IsEmpty;
using testing::Not;

constexpr auto unit = "[Service]\nWorkingDirectory=@/project\nEnvironmentFile=@/etc/app.env\nExecStart=/bin/true\n";
/// Without a host: `@` is taken by Host::write.
const std::string url = "postgresql:///app?password=" + std::string(password);

/// The database as the survey has it, in the policy's words; empty: a gap.
std::string database_of(const Host& host) {
  return found(host.look(), "database URL");
}

TEST(EnvFile, OfAUnitIsReadAsSystemdReadsIt) {
  const Host host;
  host.write("units/app.service", unit);
  host.write("etc/app.env", "DATABASE_URL=postgresql://localhost/app\n");
  const Survey survey = host.look();
  EXPECT_EQ(survey.environs->file, (EnvFile{host.path("etc/app.env"), Dialect::systemd}));
  EXPECT_EQ(survey.environs->said_by, (Place{host.path("units/app.service"), 3}));
  EXPECT_EQ(survey.database->form.place, (Place{host.path("etc/app.env"), 1}));
}

TEST(EnvFile, OfTheProjectIsTheApplicationsWhereItsCodeLoadsIt) {
  const Host host;
  host.write("project/.env", "DATABASE_URL=postgresql://localhost/app\n");
  EXPECT_EQ(host.look().environs->file.dialect, Dialect::dotenv);
  host.write("project/config.py", "from dotenv import load_dotenv\n\nload_dotenv()\n");
  const Survey survey = host.look();
  EXPECT_EQ(survey.environs->file.dialect, Dialect::app);
  EXPECT_EQ(survey.environs->said_by, (Place{host.path("project/config.py"), 1}));
}

TEST(DatabaseVariable, IsTheOneThatEnvPyNamesOfSeveral) {
  const Host host;
  host.write("project/.env", "A_URL=postgresql://localhost/a\nB_URL=postgresql+asyncpg://localhost/a\n");
  host.write("project/alembic.ini", "[alembic]\nscript_location = migrations\n");
  host.write("project/migrations/env.py", "import os\nurl = os.environ[\"B_URL\"]\n");
  EXPECT_EQ(database_of(host), "${B_URL}");
}

TEST(DatabaseVariable, IsTheOneThatAModuleNamesFromWhichEnvPyImports) {
  const Host host;
  host.write("project/.env", "A_URL=postgresql://localhost/a\nB_URL=postgresql://localhost/b\n");
  host.write("project/alembic.ini", "[alembic]\nscript_location = migrations\n");
  host.write("project/migrations/env.py", "from app.settings import settings\n");
  host.write("project/app/settings.py", "class Settings(BaseSettings):\n    b_url: str\n");
  host.write("project/app/other.py", "import os\nos.getenv('A_URL')\n");
  EXPECT_EQ(database_of(host), "${B_URL}");
}

TEST(DatabaseVariable, IsAGapWithTheirNamesWhereNobodyCanChoose) {
  const Host host;
  host.write("project/.env", "A_URL=" + url + "\nB_URL=" + url + "\n");
  const Survey survey = host.look();
  ASSERT_TRUE(survey.gap(Blank::database_url));
  EXPECT_THAT(survey.gap(Blank::database_url)->advice, HasSubstr("A_URL, B_URL"));
  EXPECT_THAT(everything_of(survey), HasSubstr("# FILL IN: database_url: "));
  EXPECT_THAT(everything_of(survey), Not(HasSubstr(password)));
}

TEST(DatabaseVariable, MayBeInPartsWhoseDriverTheCodeNames) {
  const Host host;
  host.write("project/.env", "POSTGRES_USER=app\nPOSTGRES_PASSWORD=" + std::string(password) + "\nPOSTGRES_DB=app\n");
  host.write("project/db.py", "URL = f\"postgresql+asyncpg://{user}\"\n");
  const Survey survey = host.look();
  const auto& parts = std::get<UrlTemplate::Parts>(survey.database->form.value);
  EXPECT_EQ(parts,
            (UrlTemplate::Parts{"${POSTGRES_USER}", "${POSTGRES_PASSWORD}", "", "", "${POSTGRES_DB}", "asyncpg"}));
  EXPECT_THAT(everything_of(survey), Not(HasSubstr(password)));
}

TEST(DatabaseVariable, IsAGapWhereAlembicsIniHoldsTheAddress) {
  const Host host;
  host.write("project/alembic.ini", "[alembic]\nscript_location = migrations\nsqlalchemy.url = " + url + "\n");
  const Survey survey = host.look();
  ASSERT_TRUE(survey.gap(Blank::database_url));
  EXPECT_THAT(survey.gap(Blank::database_url)->advice, HasSubstr("alembic.ini:3 holds it"));
  EXPECT_THAT(everything_of(survey), Not(HasSubstr(password)));
}

TEST(EnvFile, ThatNamesNothingIsNoDatabase) {
  const Host host;
  host.write("project/.env", "TOKEN=x\n");
  EXPECT_THAT(database_of(host), IsEmpty());
  EXPECT_THAT(host.look().gap(Blank::database_url)->advice, HasSubstr("/project/.env holds one"));
}

}  // namespace
}  // namespace orchestrate::init
