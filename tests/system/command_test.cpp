#include "system/command.hpp"

#include <fcntl.h>
#include <gmock/gmock.h>
#include <signal.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include <array>
#include <boost/asio/detached.hpp>
#include <filesystem>
#include <fstream>
#include <sstream>
#include <thread>

#include "on_loop.hpp"
#include "orchestrate/error.hpp"
#include "temporary_directory.hpp"

namespace orchestrate {
namespace {

using namespace std::chrono_literals;
using testing::HasSubstr;
using testing::Not;

std::string content(const std::filesystem::path& file) {
  std::ostringstream text;
  text << std::ifstream(file).rdbuf();
  return text.str();
}

bool alive(const std::string& pid) {
  return ::kill(std::stoi(pid), 0) == 0;
}

long peak_memory_kib() {
  std::ifstream status("/proc/self/status");
  for (std::string line; std::getline(status, line);)
    if (line.starts_with("VmHWM:")) return std::stol(line.substr(6));
  return -1;
}

#ifdef __SANITIZE_ADDRESS__
constexpr long memory_limit_kib = 400 * 1024;  // freed memory stays in quarantine
#else
constexpr long memory_limit_kib = 8 * 1024;
#endif

class CommandTest : public testing::Test {
 protected:
  Command sh(std::string script) const {
    Command command{.argv = {"sh", "-c", std::move(script)}, .directory = dir};
    command.environment = {{"PATH", Secret("/usr/bin:/bin")}};
    command.grace = 300ms;
    return command;
  }
  Command python(std::string script) const {
    Command command = sh("");
    command.argv = {"/usr/bin/python3", "-c", std::move(script)};
    return command;
  }
  Exit run(Command command, std::stop_token stop = {}) {
    return on_loop(io, commands->run(std::move(command), std::move(stop)));
  }
  std::string error_of(Command command) {
    try {
      run(std::move(command));
    } catch (const Error& error) {
      return error.what();
    }
    return "no error";
  }

  TemporaryDirectory directory;
  std::filesystem::path dir = directory.path();
  boost::asio::io_context io;
  std::unique_ptr<Commands> commands = system::make_commands(io, Redactor({Secret("hunter2-hunter2")}), std::nullopt);
};

using Running = CommandTest;
using Ending = CommandTest;
using Output = CommandTest;
using Piped = CommandTest;

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

TEST_F(Ending, EndsAtTheDeadline) {
  Command command = sh("echo begun; sleep 1000");
  command.timeout = 200ms;
  const Exit exit = run(command);
  EXPECT_EQ(exit.cause, Exit::Cause::deadline);
  EXPECT_EQ(exit.text(), "no end within 200 ms: ended");
  EXPECT_EQ(exit.out, "begun\n");
  EXPECT_EQ(exit.trouble, "");
}

TEST_F(Ending, GivesAChildThatCleansUpItsTime) {
  Command command = sh("trap 'echo cleaned; exit 0' TERM; echo begun; while :; do sleep 0.05; done");
  command.timeout = 200ms;
  command.grace = 20s;
  EXPECT_EQ(run(command).out, "begun\ncleaned\n");
}

TEST_F(Ending, KillsAChildThatIgnoresTerm) {
  Command command = sh("trap '' TERM; echo $$; while :; do sleep 1; done");
  command.timeout = 200ms;
  const Exit exit = run(command);
  EXPECT_EQ(exit.cause, Exit::Cause::deadline);
  EXPECT_FALSE(alive(exit.out));
}

TEST_F(Ending, StopsWhenAskedFromAnotherThread) {
  std::stop_source source;
  std::jthread operator_([&] {
    while (!std::filesystem::exists(dir / "begun")) std::this_thread::yield();
    source.request_stop();
  });
  const Exit exit = run(sh("touch begun; sleep 1000"), source.get_token());
  EXPECT_EQ(exit.cause, Exit::Cause::stopped);
}

TEST_F(Ending, RefusesToStartWhatIsStoppedAlready) {
  std::stop_source source;
  source.request_stop();
  EXPECT_THROW(run(sh("touch " + (dir / "begun").string()), source.get_token()), Error);
  EXPECT_FALSE(std::filesystem::exists(dir / "begun"));
}

TEST_F(Ending, EndsDescendantsThatChangedTheirSession) {
  Command command = sh("setsid sh -c 'trap \"\" TERM; echo $$ > escaped; while :; do sleep 1; done' & sleep 1000");
  command.timeout = 400ms;
  run(command);
  EXPECT_FALSE(alive(content(dir / "escaped")));
}

constexpr const char* double_fork =
    "import os, sys, time\n"
    "if os.fork() == 0:\n"
    "    os.setsid()\n"
    "    if os.fork() == 0:\n"
    "        open('escaped.new', 'w').write(str(os.getpid()))\n"
    "        os.rename('escaped.new', 'escaped')\n"
    "        time.sleep(1000)\n"
    "    os._exit(0)\n"
    "while not os.path.exists('escaped'): time.sleep(0.01)\n";

TEST_F(Ending, EndsDaemonsWithTheirLiveChild) {
  Command command = python(double_fork + std::string("time.sleep(1000)"));
  command.timeout = 1s;
  run(command);
  EXPECT_FALSE(alive(content(dir / "escaped")));
}

TEST_F(Ending, EndsStraysOfChildrenThatEndedWell) {
  EXPECT_TRUE(run(python(double_fork + std::string("sys.exit(0)"))).ok());
  ASSERT_TRUE(alive(content(dir / "escaped")));
  EXPECT_EQ(on_loop(io, commands->end_strays()), 1U);
  EXPECT_FALSE(alive(content(dir / "escaped")));
  EXPECT_EQ(on_loop(io, commands->end_strays()), 0U);
}

TEST_F(Ending, SparesWhatMayBelongToALiveChild) {
  auto live = commands->start(python(double_fork + std::string("time.sleep(1000)")), {});
  while (!std::filesystem::exists(dir / "escaped")) io.run_for(1ms);
  EXPECT_EQ(on_loop(io, commands->end_strays()), 0U);
  EXPECT_TRUE(alive(content(dir / "escaped")));
  live.reset();
  io.run_for(1s);
  on_loop(io, commands->end_strays());
  EXPECT_FALSE(alive(content(dir / "escaped")));
}

TEST_F(Ending, SparesProcessesThatNoCommandStarted) {
  run(sh("true"));
  const pid_t own = ::fork();
  if (own == 0) {
    ::pause();
    ::_exit(0);
  }
  EXPECT_EQ(on_loop(io, commands->end_strays()), 0U);
  EXPECT_EQ(::waitpid(own, nullptr, WNOHANG), 0);
  ::kill(own, SIGKILL);
  ::waitpid(own, nullptr, 0);
}

TEST_F(Ending, EndsAChildThatNobodyWantsAnyMore) {
  commands->start(sh("echo $$ > pid.new; mv pid.new pid; exec sleep 1000"), {}).reset();
  io.run_for(1s);
  EXPECT_EQ(on_loop(io, commands->end_strays()), 0U);
  EXPECT_TRUE(!std::filesystem::exists(dir / "pid") || !alive(content(dir / "pid")));
  EXPECT_EQ(::waitpid(-1, nullptr, WNOHANG), -1);
}

TEST_F(Ending, DoesNotWaitForAGrandchildThatHoldsThePipe) {
  const auto begin = std::chrono::steady_clock::now();
  const Exit exit = run(sh("sleep 1000 & echo $!"));
  EXPECT_TRUE(exit.ok());
  EXPECT_LT(std::chrono::steady_clock::now() - begin, 5s);
  EXPECT_EQ(on_loop(io, commands->end_strays()), 1U);
  EXPECT_FALSE(alive(exit.out));
}

TEST_F(Ending, WaitsForAChildThatClosedItsOutput) {
  EXPECT_EQ(run(sh("exec >&- 2>&-; sleep 0.3; exit 3")).code, 3);
}

TEST_F(Output, Of200MegabytesCostsLittleMemory) {
  Command command = sh("yes 'a line of ordinary output, neither short nor long' | head -c 200000000");
  command.log = dir / "log";
  const long before = peak_memory_kib();
  const Exit exit = run(command);
  EXPECT_LT(peak_memory_kib() - before, memory_limit_kib);
  EXPECT_EQ(exit.out_size, 200'000'000U);
  EXPECT_LE(exit.out.size(), command.capture);
  EXPECT_TRUE(exit.out.starts_with("a line of")) << exit.out.substr(0, 80);
  EXPECT_EQ(std::filesystem::file_size(command.log), 200'000'000U);
}

TEST_F(Output, OfOneEndlessLineCostsLittleMemory) {
  Command command = sh("head -c 200000000 /dev/zero | tr '\\0' x");
  command.log = dir / "log";
  const long before = peak_memory_kib();
  EXPECT_EQ(run(command).out_size, 200'000'000U);
  EXPECT_LT(peak_memory_kib() - before, memory_limit_kib);
  EXPECT_EQ(std::filesystem::file_size(command.log), 200'000'000U + 1);
}

TEST_F(Output, KeepsTheLastBytesFromTheStartOfALine) {
  Command command = sh("seq 1 1000");
  command.capture = 10;
  EXPECT_EQ(run(command).out, "999\n1000\n");
}

TEST_F(Output, PassesInvalidUtf8Unchanged) {
  Command command = sh("printf '\\377\\376 \\000 caf\\351\\n'");
  command.log = dir / "log";
  const std::string bytes("\xff\xfe \0 caf\xe9\n", 10);
  EXPECT_EQ(run(command).out, bytes);
  EXPECT_EQ(content(command.log), bytes);
}

TEST_F(Output, IsLoggedPrivatelyAndAppended) {
  Command command = sh("echo out; echo err >&2");
  command.log = dir / "log";
  run(command);
  run(command);
  EXPECT_EQ(content(command.log).size(), 16U);
  struct stat status {};
  ASSERT_EQ(::stat(command.log.c_str(), &status), 0);
  EXPECT_EQ(status.st_mode & 0777, 0600U);
}

TEST_F(Output, RedactsASecretThatComesInTwoReads) {
  Command command = sh("printf 'password is hunter2-'; sleep 0.2; echo hunter2");
  command.log = dir / "log";
  run(command);
  EXPECT_EQ(content(command.log), "password is ***\n");
}

TEST_F(Output, RedactsSecretsAnywhereInALineTooLongToKeep) {
  Command command = python(
      "import sys\n"
      "for i in range(200): sys.stdout.write('x' * 7919 + ' hunter2-hunter2 ')");
  command.log = dir / "log";
  run(command);
  const std::string log = content(command.log);
  EXPECT_THAT(log, Not(HasSubstr("hunter2")));
  EXPECT_GT(log.size(), 200U * 7919U);
}

TEST_F(Output, NeverShowsHalfASecretAtTheCutOfTheCapture) {
  Command command = python("import sys\nsys.stdout.write('x' * 5000 + 'hunter2-hunter2' + 'y' * 95)");
  command.capture = 100;
  EXPECT_THAT(run(command).out, Not(HasSubstr("unter2")));
}

TEST_F(Output, AFullDiskIsToldAndDoesNotEndTheChild) {
  Command command = sh("echo out");
  command.log = "/dev/full";
  const Exit exit = run(command);
  EXPECT_TRUE(exit.ok());
  EXPECT_EQ(exit.trouble, "its log ends early: /dev/full: No space left on device");
}

std::span<const std::byte> bytes_of(std::string_view text) {
  return std::as_bytes(std::span(text));
}

Task<std::string> read_all(Process& process) {
  std::array<std::byte, 4096> buffer;
  std::string text;
  for (std::size_t size = co_await process.read(buffer); size > 0; size = co_await process.read(buffer))
    text.append(reinterpret_cast<const char*>(buffer.data()), size);
  co_return text;
}

TEST_F(Piped, PassesInputAndOutput) {
  const auto process = [&] {
    Command command = sh("tr a-z A-Z; echo done >&2");
    command.piped = true;
    return commands->start(command, {});
  }();
  EXPECT_TRUE(on_loop(io, process->write(bytes_of("dump"))));
  process->close_input();
  EXPECT_EQ(on_loop(io, read_all(*process)), "DUMP");
  const Exit exit = on_loop(io, process->wait());
  EXPECT_TRUE(exit.ok());
  EXPECT_EQ(exit.err, "done\n");
}

Task<std::size_t> pump(Process& from, Process& to) {
  std::vector<std::byte> buffer(64 * 1024);
  std::size_t total = 0;
  for (std::size_t size = co_await from.read(buffer); size > 0; size = co_await from.read(buffer)) {
    if (!co_await to.write(Bytes(buffer).first(size))) break;
    total += size;
  }
  to.close_input();
  co_return total;
}

TEST_F(Piped, StreamsFromOneChildToAnother) {
  Command dump = sh("head -c 50000000 /dev/zero");
  Command restore = sh("wc -c");
  dump.piped = restore.piped = true;
  const auto from = commands->start(dump, {}), to = commands->start(restore, {});
  EXPECT_EQ(on_loop(io, pump(*from, *to)), 50'000'000U);
  EXPECT_TRUE(on_loop(io, from->wait()).ok());
  EXPECT_EQ(on_loop(io, read_all(*to)), "50000000\n");
}

TEST_F(Piped, TellsWhenTheChildReadsNoMore) {
  Command command = sh("exec <&-; exec sleep 0.2");
  command.piped = true;
  const auto process = commands->start(command, {});
  const std::string much(4'000'000, 'x');
  EXPECT_FALSE(on_loop(io, process->write(bytes_of(much))));
  EXPECT_TRUE(on_loop(io, process->wait()).ok());
}

TEST_F(Piped, ReturnsPromptlyAtTheDeadline) {
  Command command = sh("exec sleep 1000");
  command.piped = true;
  command.timeout = 100ms;
  const auto process = commands->start(command, {});
  EXPECT_EQ(on_loop(io, read_all(*process)), "");
  EXPECT_FALSE(on_loop(io, process->write(bytes_of("x"))));
  EXPECT_EQ(on_loop(io, process->wait()).cause, Exit::Cause::deadline);
}

TEST_F(Piped, ReadsAllThatAnEndedChildLeft) {
  Command command = sh("head -c 60000 /dev/zero");
  command.piped = true;
  const auto process = commands->start(command, {});
  EXPECT_TRUE(on_loop(io, process->wait()).ok());
  io.run_for(300ms);
  EXPECT_EQ(on_loop(io, read_all(*process)).size(), 60'000U);
}

TEST_F(Piped, DoesNotWaitForAGrandchildThatHoldsThePipe) {
  Command command = sh("sleep 1000 & echo begun");
  command.piped = true;
  const auto process = commands->start(command, {});
  EXPECT_EQ(on_loop(io, read_all(*process)), "begun\n");
  EXPECT_EQ(on_loop(io, commands->end_strays()), 1U);
}

}  // namespace
}  // namespace orchestrate
