#include "stages/command.hpp"

#include <gmock/gmock.h>

#include <fstream>
#include <sstream>

#include "orchestrate/error.hpp"
#include "stages/bench.hpp"
#include "stages/command_report.hpp"
#include "stages/project_command.hpp"

namespace orchestrate {
namespace {

using testing::ElementsAre;
using testing::EndsWith;
using testing::HasSubstr;

class OwnCommand : public testing::Test {
 protected:
  Outcome run(const std::vector<std::string>& argv) {
    Settings settings;
    settings.set("argv", argv, {});
    return bench.run(command_stage, settings);
  }
  std::string log() const {
    std::ostringstream text;
    text << std::ifstream(bench.checkout.scratch() / "stage.log").rdbuf();
    return text.str();
  }
  StageBench bench;
};

TEST_F(OwnCommand, PassesWhenItExitsWithZero) {
  const Outcome outcome = run({"/bin/true"});
  EXPECT_EQ(outcome.verdict, Verdict::passed);
  EXPECT_EQ(outcome.summary, "/bin/true exited with 0");
}

TEST_F(OwnCommand, RunsInTheProjectWithItsEnvironmentAndNoShell) {
  bench.application.environment = {{"TOKEN", Secret("t0k3n")}, {"LANG", Secret("de_DE.UTF-8")}};
  bench.checkout.write("tools/show", "#!/bin/sh\necho \"$PWD $1 $TOKEN $LANG $USER\" > shown\n");
  bench.checkout.sh("chmod +x tools/show");
  EXPECT_EQ(run({"tools/show", "$HOME; *"}).verdict, Verdict::passed);
  EXPECT_EQ(bench.checkout.sh("cat shown"), bench.checkout.path().string() + " $HOME; * t0k3n de_DE.UTF-8 bot");
}

TEST_F(OwnCommand, FailsWithItsLastLineAndKeepsTheRestInTheLog) {
  const Outcome outcome = run({"/bin/sh", "-c", "seq 40; echo no luck >&2; exit 3"});
  EXPECT_EQ(outcome.verdict, Verdict::failed);
  EXPECT_EQ(outcome.summary, "command: exit code 3: no luck");
  EXPECT_THAT(outcome.details,
              ElementsAre("no luck", "whole output: " + (bench.checkout.scratch() / "stage.log").string()));
  EXPECT_THAT(log(), HasSubstr("1\n2\n3\n"));
}

TEST_F(OwnCommand, IsEndedWhenTheRunIsStopped) {
  bench.stop.request_stop();
  EXPECT_THROW(run({"/bin/sleep", "600"}), Error);
}

Exit failed_with(const std::string& err) {
  return {.code = 1, .err = err};
}

TEST(CommandReport, ShowsTheLastTwelveLinesThatSaySomething) {
  std::string text;
  for (int line = 1; line <= 20; ++line) text += "line " + std::to_string(line) + "\n  \n";
  const Outcome outcome = failed_command("upgrade", failed_with(text), "");
  EXPECT_EQ(outcome.details.size(), 12U);
  EXPECT_EQ(outcome.details.front(), "line 9");
  EXPECT_EQ(outcome.summary, "upgrade: exit code 1: line 20");
}

TEST(CommandReport, TakesStandardOutputWhenThereIsNothingElse) {
  const Exit exit{.code = 2, .out = "usage: tool\n"};
  EXPECT_EQ(failed_command("probe", exit, "").summary, "probe: exit code 2: usage: tool");
}

TEST(CommandReport, IsShortAboutASilentChild) {
  const Exit exit{.cause = Exit::Cause::signalled, .code = 9};
  const Outcome outcome = failed_command("upgrade", exit, "/run/upgrade.log");
  EXPECT_EQ(outcome.summary, "upgrade: killed by signal 9");
  EXPECT_THAT(outcome.details, ElementsAre("whole output: /run/upgrade.log"));
}

TEST(CommandReport, NamesTheExceptionOfATracebackRatherThanWhatFollowsIt) {
  const Outcome outcome = failed_command("upgrade", failed_with(R"(Traceback (most recent call last):
  File "/usr/lib/python3/dist-packages/sqlalchemy/engine/base.py", line 1900, in _execute_context
    self.dialect.do_execute(
psycopg2.errors.LockNotAvailable: canceling statement due to lock timeout


The above exception was the direct cause of the following exception:

Traceback (most recent call last):
  File "/usr/lib/python3.11/runpy.py", line 196, in _run_module_as_main
    return _run_code(code, main_globals, None,
sqlalchemy.exc.OperationalError: (psycopg2.errors.LockNotAvailable) canceling statement due to lock timeout

[SQL: ALTER TABLE cfg.panels ADD COLUMN title text]
(Background on this error at: https://sqlalche.me/e/14/e3q8)
)"),
                                         "");
  EXPECT_EQ(outcome.summary,
            "upgrade: exit code 1: sqlalchemy.exc.OperationalError: (psycopg2.errors.LockNotAvailable) canceling "
            "statement due to lock timeout");
  EXPECT_THAT(outcome.details.back(), EndsWith("https://sqlalche.me/e/14/e3q8)"));
}

TEST(ProjectCommand, TakesAProgramWithASlashFromTheProjectAndAnyOtherFromThePath) {
  Application application;
  application.policy.project.path = "/srv/bot";
  EXPECT_EQ(project_command(application, {".venv/bin/python", "-V"}).argv.front(), "/srv/bot/.venv/bin/python");
  EXPECT_EQ(project_command(application, {"/usr/bin/env"}).argv.front(), "/usr/bin/env");
  EXPECT_EQ(project_command(application, {"make"}).argv.front(), "make");
}

TEST(ProjectCommand, ReplacesAVariableInsteadOfAddingItTwice) {
  Variables variables = {{"A", Secret("1")}};
  set_variable(variables, "A", "2");
  set_variable(variables, "B", "3");
  ASSERT_EQ(variables.size(), 2U);
  EXPECT_EQ(variables.front().second.reveal(), "2");
}

}  // namespace
}  // namespace orchestrate
