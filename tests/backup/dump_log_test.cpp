#include "backup/dump_log.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "folder.hpp"

namespace orchestrate::backup {
namespace {

using testing::HasSubstr;
using namespace std::chrono_literals;

const Time now = std::chrono::system_clock::now();
constexpr const char* yesterday = "2026-11-19 dump started\nbackup written\nbackup complete\n";

/// What speaks against a dump written now, whose job wrote `text` a moment later.
std::string doubt(const std::string& text, const std::optional<std::string>& starts = "dump started",
                  std::chrono::seconds later = 1s) {
  const Folder folder;
  const auto file = folder.write("dump.log", text);
  touch(file, now + later);
  const auto refusal = doubt_from_log({file, "backup complete", starts}, now);
  return refusal ? refusal->text() : "";
}

TEST(DumpLog, ThatSaysCompleteSpeaksForTheDump) {
  EXPECT_EQ(doubt(std::string(yesterday) + "2026-11-20 dump started\nbackup complete\n"), "");
  EXPECT_EQ(doubt(yesterday, std::nullopt), "");
}

TEST(DumpLog, CountsOnlyWhatFollowsTheLastStart) {
  EXPECT_THAT(doubt(std::string(yesterday) + "2026-11-20 dump started\n"), HasSubstr("does not say 'backup complete'"));
}

TEST(DumpLog, WithAnErrorAfterTheLastStartIsShown) {
  EXPECT_THAT(doubt("dump started\npg_dump: error: no space left on device\nbackup complete\n"),
              HasSubstr("says: pg_dump: error: no space left on device"));
  EXPECT_THAT(doubt("dump started\nbackup complete\nupload FAILED: ERROR 403\n"), HasSubstr("ERROR 403"));
}

TEST(DumpLog, ForgivesErrorsOfEarlierRuns) {
  EXPECT_EQ(doubt("dump started\nERROR disk full\ndump started\nbackup complete\n"), "");
  EXPECT_EQ(doubt("ERROR disk full\nbackup complete\nbackup written\nbackup complete\n", std::nullopt), "");
}

TEST(DumpLog, WithoutWordsForAStartCountsFromThePreviousEnd) {
  EXPECT_THAT(doubt(std::string(yesterday) + "pg_dump: error: connection refused\nbackup complete\n", std::nullopt),
              HasSubstr("connection refused"));
}

TEST(DumpLog, OlderThanTheDumpIsOfAnotherRun) {
  EXPECT_THAT(doubt(yesterday, "dump started", -10min), HasSubstr("last written before the dump"));
}

TEST(DumpLog, ThatNeverSaysTheWordsIsAQuestionForThePolicy) {
  EXPECT_THAT(doubt("backup complete\n"), HasSubstr("nowhere says 'dump started'"));
  EXPECT_THAT(doubt("", std::nullopt), HasSubstr("does not say 'backup complete'"));
}

TEST(DumpLog, MustBeThere) {
  const auto refusal = doubt_from_log({"/nowhere/dump.log", "backup complete", std::nullopt}, now);
  ASSERT_TRUE(refusal);
  EXPECT_THAT(refusal->why, HasSubstr("/nowhere/dump.log is missing"));
}

}  // namespace
}  // namespace orchestrate::backup
