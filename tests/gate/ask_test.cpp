#include "gate/ask.hpp"

#include "../ledger/state_directory.hpp"
#include "orchestrate/evidence.hpp"

namespace orchestrate {
namespace {

/// What a gate learns from a ledger in which this happened.
class Memory : public testing::Test {
 protected:
  void happened(const std::string& run, const EventBody& body) { writer->append(run, body, nine); }
  void half_done_upgrade(const std::string& run) {
    happened(run, apply_of("bot"));
    happened(run, FactRecorded{"upgrade", std::string(fact::database_before), Json::object()});
    happened(run, RunFinished{});
  }
  std::string migration() const {
    const auto run = gate_memory(*state.reader()).migration;
    return run ? run->id : "none";
  }

  const StateDirectory state;
  std::unique_ptr<Ledger> writer = state.writer();
};

TEST_F(Memory, IsEmptyAtFirst) {
  EXPECT_EQ(migration(), "none");
  EXPECT_FALSE(gate_memory(*state.reader()).opening);
}

TEST_F(Memory, HasTheMigrationUnderWayRatherThanTheOneBefore) {
  half_done_upgrade("r1");
  happened("r2", apply_of("bot"));
  EXPECT_EQ(migration(), "r1") << "r2 has not begun to migrate";
  happened("r2", FactRecorded{"upgrade", std::string(fact::database_before), Json::object()});
  EXPECT_EQ(migration(), "r2");
}

TEST_F(Memory, IsNotHiddenByARestartUnderWayOrHeld) {
  half_done_upgrade("r1");
  happened("r2", RunCreated{.app = "bot", .verb = "restart", .stages = {"gate", "restart"}});
  EXPECT_EQ(migration(), "r1");
  happened("r2", FactRecorded{"restart", std::string(fact::service_before) + "bot.service", Json::object()});
  EXPECT_EQ(migration(), "r1");
  happened("r2", RunFinished{});
  EXPECT_EQ(migration(), "r1");
}

TEST_F(Memory, HasTheNewestOpening) {
  writer->open_gate({nine, "the shop must open", "ana"}, nine);
  writer->open_gate({nine + std::chrono::hours(1), "still", "ana"}, nine);
  EXPECT_EQ(gate_memory(*state.reader()).opening->reason, "still");
}

}  // namespace
}  // namespace orchestrate
