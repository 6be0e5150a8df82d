#include <gtest/gtest.h>
#include <sys/wait.h>
#include <unistd.h>

#include <sqlite3.h>

#include <chrono>
#include <csignal>
#include <filesystem>
#include <future>
#include <random>

#include "state_directory.hpp"

namespace orchestrate {
namespace {

/// A child that appends for ever and tells through the pipe which fact is on disk.
pid_t start_writer(const StateDirectory& state, int pipe_end, int first) {
  const pid_t child = ::fork();
  if (child != 0) return child;
  const auto ledger = state.writer();
  for (int fact = first;; ++fact) {
    ledger->append("r1", FactRecorded{"backup", "n", fact}, nine);
    if (::write(pipe_end, &fact, sizeof fact) != sizeof fact) ::_exit(1);
  }
}

/// The last fact that the child reported before it was killed.
int kill_after(pid_t child, int pipe_end, int reports) {
  int fact = -1, last = -1;
  for (int report = 0; report < reports && ::read(pipe_end, &fact, sizeof fact) == sizeof fact; ++report) last = fact;
  ::kill(child, SIGKILL);
  ::waitpid(child, nullptr, 0);
  while (::read(pipe_end, &fact, sizeof fact) == sizeof fact) last = fact;
  return last;
}

TEST(LedgerCrash, AWriterKilledAtAnyInstantLeavesAValidChainWithEverythingItReported) {
  const StateDirectory state;
  state.writer()->append("r1", apply_of("bot"), nine);
  const unsigned seed = std::random_device{}();
  std::mt19937 random(seed);
  SCOPED_TRACE("seed " + std::to_string(seed));

  int next = 0;
  for (int round = 0; round < 40; ++round) {
    int ends[2] = {};
    ASSERT_EQ(::pipe(ends), 0);
    const pid_t child = start_writer(state, ends[1], next);
    ::close(ends[1]);
    const int reported = kill_after(child, ends[0], std::uniform_int_distribution(1, 12)(random));
    ::close(ends[0]);

    const auto ledger = state.writer();  // rolls back what the child left half-written
    const int facts = static_cast<int>(ledger->events("r1").size()) - 1;
    ASSERT_GT(facts, reported);
    ASSERT_LE(facts, reported + 2) << "more than the one that was under way";
    ASSERT_EQ(verify_chain(state.path()), std::nullopt);
    next = facts;
  }
}

/// A child that is killed when a change is in the file already and its journal still beside it.
void die_in_the_middle_of_a_write(const StateDirectory& state) {
  const pid_t child = ::fork();
  if (child != 0) {
    ::waitpid(child, nullptr, 0);
    return;
  }
  sqlite3* connection = nullptr;
  sqlite3_open(state.file().c_str(), &connection);
  const char* changes =
      "PRAGMA cache_size = 1; BEGIN; CREATE TABLE filling (text);"
      "WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 2000)"
      " INSERT INTO filling SELECT hex(zeroblob(500)) FROM n";
  sqlite3_exec(connection, changes, nullptr, nullptr, nullptr);
  ::kill(::getpid(), SIGKILL);
}

TEST(LedgerCrash, AReaderWaitsForWhoeverRepairsWhatAKilledWriterLeft) {
  const StateDirectory state;
  state.writer()->append("r1", apply_of("bot"), nine);
  die_in_the_middle_of_a_write(state);
  ASSERT_TRUE(std::filesystem::exists(state.file().string() + "-journal"));
  auto reading = std::async(std::launch::async, [&] { return state.reader()->events("r1").size(); });
  ASSERT_EQ(reading.wait_for(std::chrono::milliseconds(200)), std::future_status::timeout) << "it waits";
  state.writer()->events("r1");
  EXPECT_EQ(reading.get(), 1);
}

}  // namespace
}  // namespace orchestrate
