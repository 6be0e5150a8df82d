// What only a booted host can show: systemd and its journal, used by an ordinary user over a bus that root opened.
// Run as root on a throw-away host: it makes units called orchestrate-test-* in /run.
#include <gmock/gmock.h>
#include <unistd.h>

#include <algorithm>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <iostream>
#include <thread>

#include "bus/systemd_bus.hpp"
#include "on_loop.hpp"
#include "orchestrate/error.hpp"
#include "system/journal.hpp"
#include "system/service_manager.hpp"
#include "system/user.hpp"

namespace orchestrate {
namespace {

using namespace std::chrono_literals;
using testing::AllOf;
using testing::Contains;
using testing::Field;
using testing::HasSubstr;

struct TestUnit {
  const char *name, *body;
};

constexpr TestUnit units[] = {
    {"good", "Type=simple\nExecStart=/bin/sh -c 'echo hello from $$PPID; echo oops >&2; exec sleep infinity'\n"},
    {"dies", "Type=simple\nExecStart=/bin/sh -c 'sleep 0.3; exit 7'\n"},
    {"restarts", "Type=simple\nExecStart=/bin/sh -c 'sleep 0.3; exit 7'\nRestart=on-failure\nRestartSec=100ms\n"},
    {"fails", "Type=oneshot\nExecStart=/bin/false\n"},
    {"slow", "Type=notify\nExecStart=/bin/sleep infinity\nTimeoutStartSec=1s\n"},
    {"endless", "Type=oneshot\nTimeoutStartSec=infinity\nExecStart=/bin/sleep infinity\n"},
    {"endless-too", "Type=oneshot\nTimeoutStartSec=infinity\nExecStart=/bin/sleep infinity\n"},
    {"lingers", "Type=simple\nExecStart=/bin/sleep infinity\nExecStop=/bin/sleep 60\nTimeoutStopSec=60\n"},
    {"reloads", "Type=oneshot\nExecStart=/bin/sh -c 'systemctl daemon-reload; sleep 0.2; systemctl daemon-reload'\n"},
    {"rotates", "Type=oneshot\nExecStart=/bin/journalctl --rotate\n"},
    {"refuses", "Type=simple\nExecStartPre=/bin/false\nExecStart=/bin/sleep infinity\n"},
    {"masked", "Type=simple\nExecStart=/bin/sleep infinity\n"},
};

std::string file_of(const std::string& name) {
  return "/run/systemd/system/orchestrate-test-" + name + ".service";
}

UnitName unit(const std::string& name) {
  return UnitName::parse("orchestrate-test-" + name + ".service").value();
}

void shell(const std::string& command) {
  if (std::system(command.c_str()) != 0) throw Error(ErrorKind::failed, command, "failed");
}

/// Opened as root before main gives root up, as the program itself does it.
struct Opened {
  std::shared_ptr<bus::SystemdBus> bus;
  std::unique_ptr<Journal> journal;
};
Opened* opened = nullptr;

class SystemdTest : public testing::Test {
 protected:
  JobEnd restart(const std::string& name) { return on_loop(io, services->restart(unit(name), {})); }
  UnitState state(const std::string& name) { return on_loop(io, services->state(unit(name), {})); }
  Error error_of(const std::string& name) {
    try {
      restart(name);
    } catch (const Error& error) {
      return error;
    }
    return {ErrorKind::usage, "no error", ""};
  }
  template <class Condition>
  bool eventually(Condition holds) {
    const auto give_up = std::chrono::steady_clock::now() + 15s;
    while (!holds() && std::chrono::steady_clock::now() < give_up) std::this_thread::sleep_for(20ms);
    return holds();
  }
  std::vector<JournalLine> lines(const std::string& name, std::size_t limit = 100) {
    const std::string id = state(name).invocation_id;
    return on_loop(io, opened->journal->lines(unit(name), id, limit));
  }

  boost::asio::io_context io;
  std::unique_ptr<ServiceManager> services = system::make_service_manager(opened->bus);
};

using Restart = SystemdTest;
using State = SystemdTest;
using JournalOf = SystemdTest;

TEST_F(Restart, IsDoneWithANewInvocation) {
  EXPECT_TRUE(restart("good").ok());
  const UnitState first = state("good");
  EXPECT_EQ(first.active_state, "active");
  EXPECT_TRUE(restart("good").ok());
  const UnitState second = state("good");
  EXPECT_EQ(second.invocation_id.size(), 32U);
  EXPECT_NE(first.invocation_id, second.invocation_id);
  EXPECT_NE(first.main_pid, second.main_pid);
  EXPECT_GT(second.last_start, first.last_start);
}

TEST_F(Restart, IsDoneForAServiceThatDiesSoonAfter) {
  EXPECT_TRUE(restart("dies").ok());
  EXPECT_TRUE(eventually([&] { return state("dies").active_state == "failed"; }));
  EXPECT_EQ(state("dies").result, "exit-code");
}

TEST_F(Restart, IsCountedWhenSystemdRepeatsIt) {
  EXPECT_TRUE(restart("restarts").ok());
  EXPECT_TRUE(eventually([&] { return state("restarts").restarts > 0; }));
}

TEST_F(Restart, FailsWithTheService) {
  EXPECT_EQ(restart("fails").result, "failed");
  EXPECT_EQ(restart("refuses").result, "failed");
}

TEST_F(Restart, FailsWhenTheServiceIsNotReadyInTime) {
  EXPECT_EQ(restart("slow").result, "failed");
  EXPECT_EQ(state("slow").result, "timeout");
}

TEST_F(Restart, OfAMaskedUnitIsRefused) {
  const Error error = error_of("masked");
  EXPECT_EQ(error.kind(), ErrorKind::failed);
  EXPECT_THAT(error.what(), AllOf(HasSubstr("restart orchestrate-test-masked.service"), HasSubstr("unmask")));
}

TEST_F(Restart, OfAnUnknownUnitIsRefused) {
  EXPECT_THAT(error_of("nowhere").what(), AllOf(HasSubstr("orchestrate-test-nowhere.service"), HasSubstr("not found")));
}

TEST_F(Restart, DoesNotOverrideAnOperatorsStop) {
  // main, as root, has asked for it; it takes a minute.
  ASSERT_EQ(state("lingers").active_state, "deactivating");
  EXPECT_THAT(error_of("lingers").what(), HasSubstr("systemctl list-jobs"));
  EXPECT_EQ(state("lingers").active_state, "deactivating");
}

TEST_F(Restart, IsToldThoughSystemdReloadsItsUnitsMeanwhile) {
  for (int i = 0; i < 5; ++i) EXPECT_EQ(on_loop(io, services->start(unit("reloads"), {})).result, "done");
}

TEST_F(Restart, IsDeniedOverABusThatAnOrdinaryUserOpened) {
  services = system::make_service_manager(bus::SystemdBus::open());
  const Error error = error_of("good");
  EXPECT_EQ(error.kind(), ErrorKind::denied);
  EXPECT_THAT(error.hint(), HasSubstr("run as root"));
}

TEST_F(Restart, GivesUpWhenStopped) {
  std::stop_source source;
  const std::jthread stopper([&] {
    std::this_thread::sleep_for(300ms);
    source.request_stop();
  });
  try {
    on_loop(io, services->restart(unit("endless"), source.get_token()));
    FAIL() << "it has ended";
  } catch (const Error& error) {
    EXPECT_EQ(error.kind(), ErrorKind::stopped);
    EXPECT_THAT(error.what(), HasSubstr("systemd's job goes on"));
  }
  EXPECT_EQ(state("endless").active_state, "activating");
}

TEST_F(State, OfAnUnknownUnitIsNotFound) {
  EXPECT_EQ(state("nowhere").load_state, "not-found");
  EXPECT_EQ(state("nowhere").invocation_id, "");
  EXPECT_GT(state("nowhere").last_start.time_since_epoch(), 0s) << "it may have run before the host booted";
}

TEST_F(State, TellsWhatItsUnitFileSays) {
  const UnitState good = state("good");
  EXPECT_EQ(good.load_state, "loaded");
  EXPECT_EQ(good.user, "nobody");
  EXPECT_EQ(good.standard_output, "journal");
}

TEST_F(State, IsAnsweredWhileAJobIsAwaited) {
  std::stop_source source;
  boost::asio::co_spawn(io, services->restart(unit("endless-too"), source.get_token()),
                        [](const std::exception_ptr&, const JobEnd&) {});
  io.run_for(200ms);
  source.request_stop();
  EXPECT_EQ(state("good").load_state, "loaded");
}

TEST_F(JournalOf, AUnitHasItsOwnLinesAndSystemdsAboutIt) {
  ASSERT_TRUE(opened->journal->readable());
  restart("good");
  EXPECT_TRUE(eventually([&] { return lines("good").size() >= 3; }));
  const auto text = [](const std::string& part) { return Contains(Field(&JournalLine::text, HasSubstr(part))); };
  EXPECT_THAT(lines("good"), AllOf(text("hello from"), text("oops"), text("Started orchestrate-test-good")));
}

TEST_F(JournalOf, OneInvocationHasNoLinesOfAnother) {
  restart("good");
  restart("good");
  const auto hellos = [&] {
    return std::ranges::count_if(lines("good"), [](const auto& line) { return line.text.starts_with("hello"); });
  };
  EXPECT_TRUE(eventually([&] { return hellos() == 1; }));
  EXPECT_EQ(hellos(), 1);
}

TEST_F(JournalOf, AUnitGivesTheNewestLinesOldestFirst) {
  restart("good");
  EXPECT_TRUE(eventually([&] { return lines("good").size() >= 3; }));
  const auto all = lines("good"), newest = lines("good", 2);
  ASSERT_EQ(newest.size(), 2U);
  EXPECT_EQ(newest[1].text, all.back().text);
  EXPECT_LE(newest[0].at, newest[1].at);
}

TEST_F(JournalOf, AFailureHasItsPriority) {
  restart("fails");
  EXPECT_TRUE(eventually(
      [&] { return std::ranges::any_of(lines("fails"), [](const auto& line) { return line.priority <= 4; }); }));
}

TEST_F(JournalOf, SystemUnitsIsClosedToAnOrdinaryUser) {
  const auto own = system::make_journal();
  EXPECT_FALSE(own->readable());
  EXPECT_THROW(on_loop(io, own->lines(unit("good"), state("good").invocation_id, 10)), Error);
}

// The last one: afterwards nobody here can read the journal.
TEST_F(JournalOf, IsUnreadableRatherThanEmptyAfterARotation) {
  ASSERT_TRUE(opened->journal->readable());
  restart("rotates");
  EXPECT_TRUE(eventually([&] { return !opened->journal->readable(); }));
  EXPECT_THROW(lines("good"), Error);
}

void make_units() {
  for (const TestUnit& made : units)
    std::ofstream(file_of(made.name)) << "[Unit]\nStartLimitIntervalSec=0\n[Service]\n" << made.body;
  std::ofstream(file_of("good"), std::ios::app) << "User=nobody\n";
  std::filesystem::remove(file_of("masked"));
  std::filesystem::create_symlink("/dev/null", file_of("masked"));
  shell("systemctl daemon-reload");
  shell("systemctl start orchestrate-test-lingers");
  shell("systemctl stop --no-block orchestrate-test-lingers");
}

}  // namespace
}  // namespace orchestrate

int main(int argc, char** argv) {
  testing::InitGoogleTest(&argc, argv);
  if (!std::filesystem::exists("/run/systemd/system") || ::geteuid() != 0) {
    std::cerr << "system_host_test: PID 1 is not systemd, or we are not root; run it on a booted test host\n";
    return 77;
  }
  orchestrate::make_units();
  orchestrate::Opened ports{orchestrate::bus::SystemdBus::open(), orchestrate::system::make_journal()};
  orchestrate::opened = &ports;
  orchestrate::system::become(orchestrate::system::find_account("nobody").value());
  return RUN_ALL_TESTS();
}
