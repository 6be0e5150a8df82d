#include "stages/preflight.hpp"

#include <gmock/gmock.h>

#include "stages/migrated_project.hpp"

namespace orchestrate {
namespace {

using testing::HasSubstr;
using testing::Not;

TEST(Preflight, PassesOnAHostThatIsAsThePolicySays) {
  MigratedProject project;
  const Outcome outcome = project.preflight();
  EXPECT_EQ(outcome.verdict, Verdict::passed) << text_of(outcome);
  EXPECT_EQ(outcome.summary, "22 checks");
  EXPECT_EQ(text_of(outcome), "");
}

TEST(Preflight, ProvesWhichDatabaseItSawAndWhatWouldRun) {
  MigratedProject project;
  const Outcome outcome = project.preflight();
  ASSERT_EQ(outcome.evidence.size(), 2U) << text_of(outcome);
  EXPECT_EQ(outcome.evidence[0].name, "preflight.passed");
  EXPECT_EQ(outcome.evidence[0].facts["checks"], Json(22));
  const Json& database = outcome.evidence[0].facts["database"];
  EXPECT_EQ(database.text_or("name"), "app");
  EXPECT_EQ(database.text_or("system_identifier") + "\n",
            project.sql("SELECT system_identifier FROM pg_control_system()"));
  EXPECT_EQ(outcome.evidence[1].name, "migration.pending");
  EXPECT_EQ(to_text(outcome.evidence[1].facts), R"({"from":["001"],"to":["002"],"revisions":["002"]})");
}

TEST(Preflight, WritesNothingWhenPlanning) {
  MigratedProject project;
  project.bench.checkout.sh("touch -d 2020-01-01 bot.py");
  const auto before = footprint(project.bench.checkout.path());
  EXPECT_EQ(project.plan().verdict, Verdict::passed);
  EXPECT_EQ(footprint(project.bench.checkout.path()), before);
}

TEST(Preflight, MakesEveryCheckAndCallsNoneOfThemPassedThatDependsOnAFailedOne) {
  MigratedProject project;
  project.bench.services.units.clear();
  project.postgres.stop_fast();
  const Outcome outcome = project.preflight();
  EXPECT_EQ(outcome.verdict, Verdict::failed);
  EXPECT_TRUE(outcome.evidence.empty());
  const std::string text = text_of(outcome);
  EXPECT_THAT(text, HasSubstr("services: bot.service does not exist; fix: "));
  EXPECT_THAT(text, HasSubstr("database: connect to postgresql://bot@"));
  for (const char* check : {"role", "writable", "version table", "owners", "activity", "free space"})
    EXPECT_THAT(text, HasSubstr(std::string(check) + ": not made, since database did not pass"));
  EXPECT_THAT(text, HasSubstr("revisions: not made, since version table did not pass"));
  EXPECT_THAT(text, HasSubstr("affected tables: not made, since revisions did not pass"));
  EXPECT_EQ(outcome.summary, "12 of 22 checks did not pass");
}

struct Wrong {
  const char* name;
  void (*break_it)(BotProject&);
  const char* expected;
};
class PreflightRefuses : public testing::TestWithParam<Wrong> {};

TEST_P(PreflightRefuses, WithTheFix) {
  BotProject project;
  GetParam().break_it(project);
  const Outcome outcome = project.preflight();
  EXPECT_EQ(outcome.verdict, Verdict::failed);
  EXPECT_THAT(text_of(outcome), HasSubstr(GetParam().expected));
  EXPECT_FALSE(outcome.next.empty());
}

INSTANTIATE_TEST_SUITE_P(
    Host, PreflightRefuses,
    testing::Values(
        Wrong{"AnotherUser", [](BotProject& p) { p.policy().project.user = "magikalbot"; },
              "the policy says project.user: magikalbot; fix: sudo -u magikalbot orchestrate apply bot"},
        Wrong{"NoProject", [](BotProject& p) { p.policy().project.path = "/srv/none"; },
              "project path: /srv/none does not exist"},
        Wrong{"SystemAlembic", [](BotProject& p) { p.policy().migrations.command = {"alembic"}; },
              "command: the system's `alembic` is not the project's"},
        Wrong{"SystemPython", [](BotProject& p) { p.policy().migrations.command.front() = "/usr/bin/python3"; },
              "command: /usr/bin/python3 is really in /usr/bin, outside the project"},
        Wrong{"VirtualenvElsewhere",
              [](BotProject& p) { p.sh("mv .venv ../elsewhere; ln -s ../elsewhere .venv; rm .gitignore"); },
              "elsewhere/bin, outside the project"},
        Wrong{"NoVirtualenv", [](BotProject& p) { p.sh("rm .venv/pyvenv.cfg"); }, "belongs to no virtualenv"},
        Wrong{"VirtualenvGone", [](BotProject& p) { p.sh("rm -r .venv"); }, "command: "},
        Wrong{"ToolMissing",
              [](BotProject& p) {
                p.sh("sed -i s/include-system-site-packages.*/include-system-site-packages=false/ .venv/pyvenv.cfg");
              },
              "cannot import alembic: ModuleNotFoundError: No module named 'alembic'; fix: "},
        Wrong{"ConfigMissing", [](BotProject& p) { p.sh("rm migrations/alembic.ini"); },
              "migrations/alembic.ini is not there"},
        Wrong{"VersionsElsewhere",
              [](BotProject& p) {
                p.sh("mkdir -p db/versions; printf '[alembic]\\nscript_location = db\\n' > migrations/alembic.ini");
              },
              "db/versions, which migrations.versions does not name"},
        Wrong{"EnvFileGone",
              [](BotProject& p) {
                p.policy().project.env_file = EnvFile{"/etc/none.env", Dialect::systemd};
              },
              "env file: /etc/none.env is not there any more"},
        Wrong{"UnitMasked", [](BotProject& p) { p.bench.services.units["bot.service"].load_state = "masked"; },
              "bot.service is masked, so nothing can start it; fix: systemctl unmask bot.service"},
        Wrong{"MergeUnderWay", [](BotProject& p) { p.sh("git rev-parse HEAD > .git/MERGE_HEAD"); },
              "git: a merge is under way"}),
    [](const auto& test) { return test.param.name; });

TEST(Preflight, AdvisesThatAWorldReadableEnvFileHoldsAPassword) {
  MigratedProject project;
  project.bench.checkout.sh("echo A=1 > ../bot.env; chmod 644 ../bot.env");
  project.policy().project.env_file = EnvFile{project.bench.checkout.path() / "../bot.env", Dialect::systemd};
  project.bench.application.database.password = Secret("a secret of ours");
  const Outcome outcome = project.preflight();
  EXPECT_EQ(outcome.verdict, Verdict::passed) << text_of(outcome);
  EXPECT_THAT(text_of(outcome), AllOf(HasSubstr("chmod o-rwx"), Not(HasSubstr("a secret of ours"))));
}

TEST(Preflight, RefusesADiskWithoutRoomForTwiceTheDatabase) {
  MigratedProject project;
  project.bench.host.free.available = 1000;
  const Outcome outcome = project.preflight();
  EXPECT_EQ(outcome.verdict, Verdict::failed);
  EXPECT_THAT(text_of(outcome), HasSubstr(project.bench.checkout.scratch().string() + " has 0.0 GiB free, "));
}

TEST(Preflight, AcceptsAMakeTargetAsTheCommand) {
  MigratedProject project;
  project.policy().migrations.command = {"make", "migrate"};
  const Outcome outcome = project.preflight();
  EXPECT_EQ(outcome.verdict, Verdict::passed) << text_of(outcome);
}

}  // namespace
}  // namespace orchestrate
