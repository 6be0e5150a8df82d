#include "engine/backup_memory.hpp"

#include <gmock/gmock.h>

#include "../ledger/state_directory.hpp"
#include "orchestrate/evidence.hpp"

namespace orchestrate {
namespace {

using std::chrono::hours;
using testing::ElementsAre;
using testing::IsEmpty;

/// What is known of backups after this happened.
class BackupMemoryOf : public testing::Test {
 protected:
  void happened(const std::string& run, const EventBody& body) { writer_->append(run, body, at_ += hours(1)); }
  void finished_backup(const std::string& run, const Evidence& proof) {
    happened(run, StageFinished{"backup", {Verdict::passed, "", {}, {proof}, {}}, {}});
  }
  /// A run with a backup of its own that began to change the database.
  void deploy(const std::string& run) {
    happened(run, apply_of("bot"));
    finished_backup(run, {"backup.intact", Json::object({{"path", "/backups/" + run}})});
    happened(run, FactRecorded{"upgrade", std::string(fact::database_before), Json::object()});
  }
  void end(const std::string& run, Result result) { happened(run, RunFinished{.result = result}); }
  void deployed(const std::string& run) {
    deploy(run);
    end(run, Result::succeeded);
  }

  BackupMemory memory() const { return backup_memory(*state_.reader()); }
  std::vector<std::string> pinned() const {
    std::vector<std::string> paths;
    for (const BackupPin& pin : memory().pins) paths.push_back(pin.path);
    return paths;
  }

  const StateDirectory state_;
  std::unique_ptr<Ledger> writer_ = state_.writer();
  Time at_ = nine;
};

TEST_F(BackupMemoryOf, PinsWhatTheNewestThreeDeploysCanBeUndoneFrom) {
  for (const char* run : {"r1", "r2", "r3", "r4"}) deployed(run);
  EXPECT_THAT(pinned(), ElementsAre("/backups/r4", "/backups/r3", "/backups/r2"));
}

TEST_F(BackupMemoryOf, PinsNothingOfAConfirmedDeployNorOfThoseBefore) {
  for (const char* run : {"r1", "r2", "r3"}) deployed(run);
  happened("r2", RunConfirmed{"uid 0"});
  EXPECT_THAT(pinned(), ElementsAre("/backups/r3"));
}

TEST_F(BackupMemoryOf, PinsADeployAlsoAfterHundredsOfRunsThatHadNothingToDo) {
  deploy("r1");
  happened("r1",
           StageFinished{"upgrade", {Verdict::passed, "", {}, {{std::string(evidence::upgrade_done), {}}}, {}}, {}});
  end("r1", Result::succeeded);
  for (int i = 0; i < 150; ++i) {
    const std::string run = "idle" + std::to_string(i);
    happened(run, apply_of("bot"));
    end(run, Result::nothing_to_do);
  }
  EXPECT_THAT(pinned(), ElementsAre("/backups/r1"));
}

TEST_F(BackupMemoryOf, CountsNoRunThatOnlyFinishedAnother) {
  for (const char* run : {"r1", "r2", "r3"}) {
    deployed(run);
    const std::string after = std::string("after-") + run;
    happened(after, apply_of("bot"));
    happened(after, FactRecorded{"preflight", std::string(fact::finishes), Json(run)});
    end(after, Result::succeeded);
  }
  EXPECT_THAT(pinned(), ElementsAre("/backups/r3", "/backups/r2", "/backups/r1"));
}

TEST_F(BackupMemoryOf, PinsNothingOfARunThatChangedNothing) {
  happened("r1", apply_of("bot"));
  finished_backup("r1", {"backup.intact", Json::object({{"path", "/backups/r1"}})});
  end("r1", Result::nothing_to_do);
  deploy("r2");
  happened(
      "r2",
      StageFinished{
          "upgrade", {Verdict::failed, "", {}, {{std::string(evidence::database_unchanged), Json::object()}}, {}}, {}});
  end("r2", Result::failed_unchanged);
  EXPECT_THAT(pinned(), ElementsAre());
}

TEST_F(BackupMemoryOf, PinsTheBackupOfARunUnderWayOrHeld) {
  deploy("r1");
  EXPECT_THAT(pinned(), ElementsAre("/backups/r1"));
  end("r1", Result::held);
  happened("r1", RunAborted{"uid 0", "mended by hand"});
  EXPECT_THAT(pinned(), ElementsAre("/backups/r1"));
}

TEST_F(BackupMemoryOf, TellsWhatRunsAndNightsFoundInTheOrderOfTime) {
  EXPECT_THAT(memory().proofs, IsEmpty());
  const Json intact = Json::object({{"path", "/backups/r1"}});
  const Json night = Json::object({{"path", "/backups/r1"}, {"took_ms", 900}});
  writer_->note_verification({nine + hours(3), "restored", "uid 0", night});
  finished_backup("r1", {"backup.intact", intact});
  writer_->note_verification({nine + hours(4), "cut off", "uid 0", {}, "/backups/r1"});
  EXPECT_THAT(memory().proofs,
              ElementsAre(intact, night, Json::object({{"path", "/backups/r1"}, {"damaged", "cut off"}})));
}

}  // namespace
}  // namespace orchestrate
