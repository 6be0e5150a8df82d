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
  EXPECT_EQ(outcome.summary, "25 checks");
  EXPECT_EQ(text_of(outcome), "");
}

TEST(Preflight, ProvesWhichDatabaseItSawAndWhatWouldRun) {
  MigratedProject project;
  const Outcome outcome = project.preflight();
  ASSERT_EQ(outcome.evidence.size(), 2U) << text_of(outcome);
  EXPECT_EQ(outcome.evidence[0].name, "preflight.passed");
  EXPECT_EQ(outcome.evidence[0].facts["checks"], Json(25));
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
  EXPECT_EQ(outcome.summary, "12 of 25 checks did not pass");
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
              "interpreter: /usr/bin/python3 is really in /usr/bin, outside the project"},
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
              [](BotProject& p) { p.policy().project.env_file = EnvFile{"/etc/none.env", Dialect::systemd}; },
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

class PreflightOfACommand : public testing::Test, public MigratedProject {
 protected:
  PreflightOfACommand() {
    policy().migrations.tool = Migrations::Tool::command;
    policy().migrations.command = {"make", "migrate"};
    policy().migrations.python = bench.checkout.path() / ".venv/bin/python";
    sh("echo > migrations/env.py");
    makefile("migrate:\n\ttouch upgraded\n");
  }
  void makefile(const std::string& text) const { bench.checkout.write("Makefile", text); }
};

TEST_F(PreflightOfACommand, AcceptsAMakeTarget) {
  const Outcome outcome = preflight();
  EXPECT_EQ(outcome.verdict, Verdict::passed) << text_of(outcome);
}

TEST_F(PreflightOfACommand, RefusesATargetThatTheMakefileDoesNotHave) {
  policy().migrations.command = {"make", "migrat"};
  EXPECT_THAT(text_of(preflight()),
              HasSubstr("make: `make migrat` has nothing to run: make: *** No rule to make target"));
}

TEST_F(PreflightOfACommand, RefusesATargetThatWouldRunNothing) {
  makefile(".PHONY: migrate\nmigrations:\n\ttrue\n");
  EXPECT_THAT(text_of(preflight()), HasSubstr("make: Nothing to be done for 'migrate'"));
  makefile("migrate:\n\ttouch upgraded\n");
  sh("touch migrate");
  EXPECT_THAT(text_of(preflight()), HasSubstr("make: 'migrate' is up to date"));
}

TEST_F(PreflightOfACommand, RunsNothingOfTheMakefile) {  // what a dry run of make itself would run
  makefile("migrate: more\n\t+touch upgraded\nmore:\n\t$(MAKE) -v && touch upgraded\n");
  EXPECT_EQ(preflight().verdict, Verdict::passed);
  EXPECT_FALSE(std::filesystem::exists(bench.checkout.path() / "upgraded"));
}

TEST_F(PreflightOfACommand, SaysSoWhereTheMakefileCannotBeAsked) {
  makefile("ifeq ($(shell echo yes),)\n$(error no shell)\nendif\nmigrate:\n\ttrue\n");
  const Outcome outcome = preflight();
  EXPECT_EQ(outcome.verdict, Verdict::passed);
  EXPECT_THAT(text_of(outcome), HasSubstr("whether `make migrate` has a rule cannot be told"));
}

TEST_F(PreflightOfACommand, RefusesAnInterpreterOutsideTheProject) {
  policy().migrations.python = "/usr/bin/python3";
  EXPECT_THAT(text_of(preflight()),
              HasSubstr("interpreter: /usr/bin/python3 is really in /usr/bin, outside the project"));
}

TEST_F(PreflightOfACommand, RefusesAModuleThatIsNotThere) {
  policy().migrations.command = {".venv/bin/python", "-m", "no_such_app"};
  EXPECT_THAT(text_of(preflight()), HasSubstr("cannot import no_such_app: no module named no_such_app"));
}

TEST_F(PreflightOfACommand, RefusesVersionsThatNoEnvironmentStandsBeside) {
  sh("rm migrations/env.py");
  EXPECT_THAT(text_of(preflight()), HasSubstr("migrations/env.py is not there"));
}

TEST(Preflight, NamesEachRequiredSettingThatIsMissingOrEmpty) {
  MigratedProject project;
  project.sh("echo > ../bot.env");
  project.policy().project.env_file = EnvFile{project.bench.checkout.path() / "../bot.env", Dialect::systemd};
  project.policy().project.required_settings = {"SECRET_KEY", "GITHUB_APP_ID", "DEBUG"};
  project.bench.application.environment = {{"SECRET_KEY", Secret("")}, {"DEBUG", Secret("0")}};
  const Outcome outcome = project.preflight();
  EXPECT_EQ(outcome.verdict, Verdict::failed);
  EXPECT_THAT(text_of(outcome), AllOf(HasSubstr("settings: SECRET_KEY is empty in "), Not(HasSubstr("DEBUG")),
                                      HasSubstr("bot.env; fix: add a line GITHUB_APP_ID=... there")));
}

TEST(Preflight, NamesTheRunThatAppliedARevisionWhoseFileIsGone) {
  MigratedProject project;
  project.sh("rm migrations/versions/001.py");
  project.bench.applied = {{"001", "hash", "20261120-091403-7f3a", parse_utc("2026-11-20T09:14:03Z")},
                           {"000", "hash", "long-ago", {}}};
  const Outcome outcome = project.preflight();
  EXPECT_EQ(outcome.verdict, Verdict::failed);
  EXPECT_THAT(text_of(outcome),
              AllOf(HasSubstr("revision 001 was applied on 2026-11-20T09:14:03Z by run 20261120-091403-7f3a, and no "
                              "version file is it any more; fix: bring back the commit that holds it"),
                    Not(HasSubstr("long-ago"))));
}

}  // namespace
}  // namespace orchestrate
