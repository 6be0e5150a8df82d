#include <gmock/gmock.h>
#include <grp.h>
#include <sys/wait.h>
#include <unistd.h>

#include "state_directory.hpp"

namespace orchestrate {
namespace {

using testing::HasSubstr;

/// Runs `act` in a child with another identity; its exit code, 99 for an Error.
int as_user(uid_t uid, gid_t gid, const std::function<int()>& act) {
  const pid_t child = ::fork();
  if (child == 0) {
    if (::setgroups(0, nullptr) != 0 || ::setgid(gid) != 0 || ::setuid(uid) != 0) ::_exit(98);
    try {
      ::_exit(act());
    } catch (const Error&) {
      ::_exit(99);
    }
  }
  int status = 0;
  ::waitpid(child, &status, 0);
  return WEXITSTATUS(status);
}

TEST(LedgerAccess, TellsAReaderThatThereAreNoRunsWhenNothingHasHappenedYet) {
  const StateDirectory state;
  const auto ledger = state.reader();
  EXPECT_TRUE(ledger->runs(10).empty());
  EXPECT_TRUE(ledger->approvals().empty());
  EXPECT_EQ(ledger->unfinished(), std::nullopt);
  EXPECT_FALSE(std::filesystem::exists(state.file())) << "a reader made it";
}

TEST(LedgerAccess, RefusesAReaderWhenThereIsNoStateDirectory) {
  EXPECT_EQ(error_of([] { open_ledger("/nonexistent/bot", LedgerAccess::read, {}); }),
            "read the state directory /nonexistent/bot: No such file or directory; check --state; the group of the "
            "directory may read it");
}

TEST(LedgerAccess, LetsNoReaderWrite) {
  const StateDirectory state;
  EXPECT_THAT(error_of([&] { state.reader()->append("r1", apply_of("bot"), nine); }), HasSubstr("read only"));
  state.writer();
  EXPECT_THAT(error_of([&] { state.reader()->append("r1", apply_of("bot"), nine); }), HasSubstr("not writable"));
}

TEST(LedgerAccess, MakesAFileThatItsGroupMayReadAndNobodyElse) {
  const StateDirectory state;
  state.writer();
  struct stat status{};
  ASSERT_EQ(::stat(state.file().c_str(), &status), 0);
  EXPECT_EQ(status.st_mode & 07777, 0640U);
  EXPECT_EQ(std::distance(std::filesystem::directory_iterator(state.path()), {}), 1) << "something was left behind";
}

TEST(LedgerAccess, LetsAnotherUserOfTheGroupReadAndRefusesOthers) {
  if (::geteuid() != 0)
    GTEST_SKIP() << "skipped: LedgerAccess.LetsAnotherUserOfTheGroupReadAndRefusesOthers (needs root)";
  constexpr uid_t someone = 54321;
  constexpr gid_t readers = 54322, others = 54323;
  const StateDirectory state;
  ASSERT_EQ(::chown(state.path().c_str(), 0, readers), 0);
  ::chmod(state.path().c_str(), 02750);
  state.writer()->append("r1", apply_of("bot"), nine);

  const auto count_runs = [&] { return static_cast<int>(state.reader()->runs(10).size()); };
  EXPECT_EQ(as_user(someone, readers, count_runs), 1);
  EXPECT_EQ(as_user(someone, others, count_runs), 99);
  const auto say_denied = [&] {
    const std::string line = error_of([&] { state.reader(); });
    return line.find("Permission denied") != std::string::npos ? 7 : 0;
  };
  EXPECT_EQ(as_user(someone, others, say_denied), 7);
}

TEST(LedgerAccess, RefusesALedgerOfANewerVersionByName) {
  const StateDirectory state;
  state.writer();
  state.sql("PRAGMA user_version = 7");
  const std::string line = "read the ledger " + state.file().string() +
                           ": a newer orchestrate wrote it (its schema is 7, this version knows 3); install that "
                           "version of orchestrate";
  EXPECT_EQ(error_of([&] { state.reader(); }), line);
  EXPECT_EQ(error_of([&] { state.writer(); }), line);
}

TEST(LedgerAccess, RefusesADamagedFileAndLeavesItAsItIs) {
  const std::string header("SQLite format 3\0", 16);
  for (const std::string& bytes :
       {std::string("not a database at all, not a database at all"), std::string(), header}) {
    const StateDirectory state;
    std::ofstream(state.file(), std::ios::binary) << bytes;
    EXPECT_THAT(error_of([&] { state.reader(); }), HasSubstr("damaged"));
    EXPECT_THAT(error_of([&] { state.writer(); }), HasSubstr("damaged"));
    EXPECT_EQ(std::filesystem::file_size(state.file()), bytes.size());
  }
}

TEST(LedgerAccess, RefusesAFileWithADamagedPage) {
  const StateDirectory state;
  {
    const auto ledger = state.writer();
    ledger->append("r1", apply_of("bot"), nine);
    for (int n = 0; n < 20; ++n) ledger->append("r1", FactRecorded{"backup", "n", n}, nine);
  }
  std::fstream file(state.file(), std::ios::in | std::ios::out | std::ios::binary);
  file.seekp(4096);
  file << std::string(std::filesystem::file_size(state.file()) - 4096, '\xa5');
  file.close();
  EXPECT_THAT(error_of([&] { state.reader()->events("r1"); }), HasSubstr("it is damaged; keep a copy"));
}

TEST(LedgerAccess, RefusesAPipeInItsPlaceInsteadOfWaitingForIt) {
  const StateDirectory state;
  ASSERT_EQ(::mkfifo(state.file().c_str(), 0640), 0);
  EXPECT_THAT(error_of([&] { state.reader(); }), HasSubstr("not a regular file"));
}

TEST(LedgerAccess, SaysWhoToWaitForWhenAnotherProcessKeepsItLocked) {
  const StateDirectory state;
  const auto ledger = state.writer();
  sqlite3* other = nullptr;
  ASSERT_EQ(sqlite3_open(state.file().c_str(), &other), SQLITE_OK);
  ASSERT_EQ(sqlite3_exec(other, "BEGIN EXCLUSIVE", nullptr, nullptr, nullptr), SQLITE_OK);
  EXPECT_THAT(error_of([&] { ledger->append("r1", apply_of("bot"), nine); }), HasSubstr("keeps it locked"));
  sqlite3_close(other);
  EXPECT_NO_THROW(ledger->append("r1", apply_of("bot"), nine));
}

}  // namespace
}  // namespace orchestrate
