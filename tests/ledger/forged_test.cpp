#include <gmock/gmock.h>

#include <chrono>

#include "state_directory.hpp"

namespace orchestrate {
namespace {

using namespace std::chrono_literals;
using testing::HasSubstr;

constexpr auto glance_at_most = 3s;  // the limit, on a machine that is busy

/// A file that its owner wrote with another program, as the daemon looks at it.
class ForgedLedger : public testing::Test {
 protected:
  std::string events() const {
    const auto began = std::chrono::steady_clock::now();
    std::string line = error_of([&] { open_ledger(state_.path(), LedgerAccess::glance, {})->events("r1"); });
    EXPECT_LT(std::chrono::steady_clock::now() - began, glance_at_most);
    return line;
  }

  StateDirectory state_;
};

TEST_F(ForgedLedger, IsNoViewThatNeverEnds) {
  state_.sql(
      "PRAGMA user_version = 3;"
      "CREATE VIEW event AS WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n)"
      " SELECT i AS sequence, 'r2' AS run, 1 AS at, 'run-created' AS type, '{}' AS body, '' AS hash FROM n;");
  EXPECT_THAT(events(), HasSubstr("it is no ledger of orchestrate"));
}

TEST_F(ForgedLedger, IsLeftWhenItTakesTooLong) {
  state_.sql(
      "PRAGMA user_version = 3;"
      "CREATE TABLE event (sequence INTEGER PRIMARY KEY, run TEXT, type TEXT, body TEXT, hash TEXT,"
      "                    at INTEGER AS (length(hex(zeroblob(500000 + sequence)))));"
      "WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 3000)"
      " INSERT INTO event (run, type, body, hash) SELECT 'r1', 'stage-started', '{\"stage\": \"x\"}', '' FROM n;");
  EXPECT_THAT(events(), HasSubstr("it takes too long to read"));
}

TEST_F(ForgedLedger, IsNotReadIntoAllMemory) {
  const std::string tables =
      "PRAGMA user_version = 3; CREATE TABLE event (sequence INTEGER PRIMARY KEY, run, at, type, body, hash);";
  state_.sql(tables + "INSERT INTO event VALUES (1, 'r1', 1, 'stage-started', zeroblob(100 << 20), '');");
  EXPECT_THAT(events(), HasSubstr("more than is read at once"));
  state_.sql(
      "DELETE FROM event;"
      "WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 99)"
      " INSERT INTO event SELECT i, 'r1', 1, 'stage-started', zeroblob(1000000), '' FROM n;");
  EXPECT_THAT(events(), HasSubstr("more than is read at once"));
}

TEST_F(ForgedLedger, IsNotWaitedForWhenItsJournalIsAPipe) {
  state_.writer()->append("r1", apply_of("bot"), nine);
  std::filesystem::remove(state_.file().string() + "-journal");
  ASSERT_EQ(::mkfifo((state_.file().string() + "-journal").c_str(), 0640), 0);
  EXPECT_THAT(events(), HasSubstr("read the ledger"));
}

}  // namespace
}  // namespace orchestrate
