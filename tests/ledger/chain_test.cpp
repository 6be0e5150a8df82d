#include <gtest/gtest.h>

#include "state_directory.hpp"

namespace orchestrate {
namespace {

/// What a tamperer has to do first.
constexpr const char* without_triggers =
    "DROP TRIGGER events_are_not_changed; DROP TRIGGER events_are_not_removed; DROP TRIGGER run_begins;";

class Chain : public testing::Test {
 protected:
  void SetUp() override {
    const auto ledger = state_.writer();
    ledger->append("r1", apply_of("bot"), nine);
    for (int fact = 0; fact < 120; ++fact) ledger->append("r1", FactRecorded{"backup", "n", fact}, nine);
    ASSERT_EQ(verify_chain(state_.path()), std::nullopt);
  }
  StateDirectory state_;
};

TEST_F(Chain, ShowsTheFirstEventWhoseTextWasChanged) {
  state_.sql(std::string(without_triggers) +
             "UPDATE event SET body = replace(body, '108', '109') WHERE sequence = 110");
  EXPECT_EQ(verify_chain(state_.path()), 110);
}

TEST_F(Chain, ShowsAChangedTimeRunAndType) {
  for (const std::string change : {"at = at + 1", "run = NULL", "type = 'stage-started'"}) {
    const StateDirectory copy;
    std::filesystem::copy_file(state_.file(), copy.file());
    copy.sql(std::string(without_triggers) + "UPDATE event SET " + change + " WHERE sequence = 3");
    EXPECT_EQ(verify_chain(copy.path()), 3) << change;
  }
}

TEST_F(Chain, ShowsARemovedEvent) {
  state_.sql(std::string(without_triggers) + "DELETE FROM event WHERE sequence = 17");
  EXPECT_EQ(verify_chain(state_.path()), 17);
}

TEST_F(Chain, ShowsAnInsertedEventEvenWithAHashOfItsOwn) {
  state_.sql(
      "INSERT INTO event (run, at, type, body, hash)"
      " VALUES ('r1', 0, 'stage-started', '{\"stage\":\"x\"}', hex(randomblob(32)))");
  EXPECT_EQ(verify_chain(state_.path()), 122);
}

TEST_F(Chain, IsNotChangedByAccidentThroughSql) {
  sqlite3* connection = nullptr;
  ASSERT_EQ(sqlite3_open(state_.file().c_str(), &connection), SQLITE_OK);
  EXPECT_EQ(sqlite3_exec(connection, "UPDATE event SET at = 0", nullptr, nullptr, nullptr), SQLITE_CONSTRAINT);
  EXPECT_EQ(sqlite3_exec(connection, "DELETE FROM event", nullptr, nullptr, nullptr), SQLITE_CONSTRAINT);
  sqlite3_close(connection);
  EXPECT_EQ(verify_chain(state_.path()), std::nullopt);
}

}  // namespace
}  // namespace orchestrate
