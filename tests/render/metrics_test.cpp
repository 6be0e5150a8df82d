#include "render/metrics.hpp"

#include <gtest/gtest.h>

namespace orchestrate {
namespace {

const Time nine = parse_utc("2026-11-20T09:00:00Z");

BackupVerification good(Time at) {
  return {at, "54 MiB", "uid 0", Json::object({{"size", 56623104}, {"taken_at", "2026-11-20T03:00:00Z"}})};
}

const std::string of_a_good_one =
    R"(# HELP orchestrate_backup_verified_timestamp_seconds When a newest backup was last proven to be good.
# TYPE orchestrate_backup_verified_timestamp_seconds gauge
orchestrate_backup_verified_timestamp_seconds{app="bot"} 1795165200
# HELP orchestrate_backup_taken_timestamp_seconds When that backup was taken.
# TYPE orchestrate_backup_taken_timestamp_seconds gauge
orchestrate_backup_taken_timestamp_seconds{app="bot"} 1795143600
# HELP orchestrate_backup_size_bytes Size of that backup.
# TYPE orchestrate_backup_size_bytes gauge
orchestrate_backup_size_bytes{app="bot"} 56623104
)";

std::string ok(int value) {
  return "# HELP orchestrate_backup_verification_ok Whether the newest backup was good when it was last looked at.\n"
         "# TYPE orchestrate_backup_verification_ok gauge\n"
         "orchestrate_backup_verification_ok{app=\"bot\"} " +
         std::to_string(value) + "\n";
}

TEST(BackupMetrics, TellOfTheNewestGoodBackup) {
  EXPECT_EQ(backup_metrics_text("bot", {good(nine)}), ok(1) + of_a_good_one);
}

TEST(BackupMetrics, KeepTheTimeOfTheLastGoodOneWhenTheNewestIsBad) {
  const BackupVerification bad{nine + std::chrono::hours(24), "cut off", "uid 0", {}, "/backups/bot-2.dump"};
  EXPECT_EQ(backup_metrics_text("bot", {good(nine), bad}), ok(0) + of_a_good_one);
}

TEST(BackupMetrics, AreNotOfAnOlderBackupThatWasLookedAtToo) {
  BackupVerification older{nine + std::chrono::hours(1), "cut off", "uid 0", {}};
  older.of = BackupVerification::Of::other;
  EXPECT_EQ(backup_metrics_text("bot", {good(nine), older}), ok(1) + of_a_good_one);
}

TEST(BackupMetrics, ClaimNoTimeWhereNothingWasEverGood) {
  EXPECT_EQ(backup_metrics_text("bot", {{nine, "there is none", "uid 0", {}}}), ok(0));
  EXPECT_EQ(backup_metrics_text("bot", {}), "");
}

}  // namespace
}  // namespace orchestrate
