#include <sys/wait.h>
#include <unistd.h>

#include <thread>

#include "command_fixture.hpp"

namespace orchestrate {
namespace {

using Ending = CommandTest;

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

}  // namespace
}  // namespace orchestrate
