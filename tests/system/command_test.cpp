#include <fcntl.h>
#include <sys/file.h>
#include <sys/wait.h>
#include <unistd.h>

#include "command_fixture.hpp"

namespace orchestrate {
namespace {

using Running = CommandTest;

TEST_F(Running, TellsOutputErrorsAndExitCode) {
  const Exit exit = run(sh("echo out; echo err >&2; exit 9"));
  EXPECT_EQ(exit.cause, Exit::Cause::exited);
  EXPECT_EQ(exit.code, 9);
  EXPECT_EQ(exit.out, "out\n");
  EXPECT_EQ(exit.err, "err\n");
  EXPECT_EQ(exit.text(), "exit code 9");
  EXPECT_FALSE(exit.ok());
}

TEST_F(Running, TellsASignalFromAnExitCode) {
  const Exit exit = run(sh("kill -9 $$"));
  EXPECT_EQ(exit.cause, Exit::Cause::signalled);
  EXPECT_EQ(exit.code, 9);
  EXPECT_EQ(exit.text(), "killed by signal 9");
}

TEST_F(Running, GivesExactlyTheEnvironment) {
  Command command = sh("");
  command.argv = {"/usr/bin/env"};
  command.environment = {{"PGPASSWORD", Secret("pa ss=w%rd")}, {"EMPTY", Secret("")}};
  EXPECT_EQ(run(command).out, "PGPASSWORD=pa ss=w%rd\nEMPTY=\n");
}

TEST_F(Running, FindsTheProgramInTheChildsOwnPath) {
  std::ofstream(dir / "tool") << "#!/bin/sh\necho found\n";
  std::filesystem::permissions(dir / "tool", std::filesystem::perms::owner_all);
  Command command = sh("");
  command.argv = {"tool"};
  command.environment = {{"PATH", Secret("/nowhere:" + dir.string())}};
  EXPECT_EQ(run(command).out, "found\n");
}

TEST_F(Running, TakesARelativeProgramFromItsDirectory) {
  std::ofstream(dir / "tool") << "#!/bin/sh\npwd\n";
  std::filesystem::permissions(dir / "tool", std::filesystem::perms::owner_all);
  Command command = sh("");
  command.argv = {"./tool"};
  EXPECT_EQ(run(command).out, dir.string() + "\n");
}

TEST_F(Running, NamesAMissingProgram) {
  Command command = sh("");
  command.argv = {"alembik"};
  EXPECT_EQ(error_of(command),
            "start alembik: no such program in PATH (/usr/bin:/bin); install it or name its full path");
  command.argv = {"/srv/venv/bin/alembic"};
  EXPECT_THAT(error_of(command), HasSubstr("start /srv/venv/bin/alembic: No such file or directory"));
}

TEST_F(Running, NamesAProgramThatIsNotExecutable) {
  std::ofstream(dir / "notes") << "text";
  Command command = sh("");
  command.argv = {"./notes"};
  EXPECT_THAT(error_of(command), HasSubstr("start ./notes: Permission denied"));
}

TEST_F(Running, NamesAMissingDirectory) {
  Command command = sh("true");
  command.directory = dir / "gone";
  EXPECT_THAT(error_of(command), HasSubstr("start sh: its directory " + (dir / "gone").string() + ": No such file"));
}

TEST_F(Running, LeavesNoZombieWhenItCannotStart) {
  Command command = sh("");
  command.argv = {"/nowhere/tool"};
  error_of(command);
  EXPECT_EQ(::waitpid(-1, nullptr, WNOHANG), -1);
  EXPECT_EQ(errno, ECHILD);
}

TEST_F(Running, LeaksNoDescriptorEvenWithoutCloseOnExec) {
  const int leaky = ::open("/etc/passwd", O_RDONLY);
  EXPECT_EQ(run(python("import os; print(sorted(os.listdir('/proc/self/fd'), key=int)[:-1])")).out,
            "['0', '1', '2']\n");
  ::close(leaky);
}

TEST_F(Running, GivesDefaultSignalsAnEmptyInputAndTheUsersUmask) {
  const Exit exit =
      run(python("import os, signal, sys\n"
                 "print(sys.stdin.read() == '', oct(os.umask(0)), os.getsid(0) == os.getpid())\n"
                 "print([l.split()[1].strip('0') for l in open('/proc/self/status') if l.startswith('SigBlk')])"));
  EXPECT_THAT(exit.out, testing::StartsWith("True 0o22 True\n['']\n"));
}

TEST_F(Running, LeavesSigpipeAsItsDefault) {
  EXPECT_EQ(run(sh("grep SigIgn /proc/self/status")).out, "SigIgn:\t0000000000000000\n");
}

TEST_F(Running, InheritsTheLockOnlyWhenAsked) {
  const int lock = ::open(dir.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC);
  ASSERT_EQ(::flock(lock, LOCK_EX), 0);
  commands = system::make_commands(io, Redactor(), lock);
  const std::string lists =
      "import os; print([os.readlink('/proc/self/fd/' + f) for f in os.listdir('/proc/self/fd')"
      " if os.path.islink('/proc/self/fd/' + f)])";
  Command command = python(lists);
  EXPECT_THAT(run(command).out, Not(HasSubstr(dir.string())));
  command.holds_lock = true;
  EXPECT_THAT(run(command).out, HasSubstr(dir.string()));
  ::close(lock);
}

TEST_F(Running, DiesWithUs) {
  const auto pid_file = dir / "pid";
  const pid_t parent = ::fork();
  if (parent == 0) {
    boost::asio::io_context own;
    const auto children = system::make_commands(own, Redactor(), std::nullopt);
    const auto child = children->start(sh("echo $$ > pid.new; mv pid.new pid; exec sleep 1000"), {});
    while (!std::filesystem::exists(pid_file)) own.run_for(1ms);
    ::kill(::getpid(), SIGKILL);
  }
  ASSERT_EQ(::waitpid(parent, nullptr, 0), parent);
  const std::string pid = content(pid_file);
  // It is ours now, for we are a subreaper.
  int status = 0;
  ASSERT_EQ(::waitpid(std::stoi(pid), &status, 0), std::stoi(pid));
  EXPECT_TRUE(WIFSIGNALED(status) && WTERMSIG(status) == SIGKILL);
}

}  // namespace
}  // namespace orchestrate
