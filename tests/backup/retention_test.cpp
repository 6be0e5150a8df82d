#include "backup/retention.hpp"

#include <gmock/gmock.h>

#include "backup/manifest.hpp"
#include "backup/remove.hpp"
#include "folder.hpp"

namespace orchestrate::backup {
namespace {

using namespace std::chrono_literals;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;

const Time nine = parse_utc("2026-11-20T09:00:00Z");

/// Dumps of one directory: bot-1 is the oldest, one each day, the newest an hour ago.
class RetentionOf : public testing::Test {
 protected:
  explicit RetentionOf(int count = 4) {
    for (int i = 1; i <= count; ++i)
      dumps_.push_back({.path = "/backups/bot-" + std::to_string(i),
                        .origin = Origin::take,
                        .taken_at = nine - 1h - (count - i) * 24h,
                        .level = Level::intact,
                        .database = "appdb"});
  }

  std::vector<std::string> removed() const {
    std::vector<std::string> names;
    for (const Decision& decision : decide(dumps_, rule_, nine, memory_).decisions)
      if (decision.fate == Fate::removed) names.push_back(decision.dump.path.filename());
    return names;
  }
  std::string reason_of(const std::string& name) const {
    for (const Decision& decision : decide(dumps_, rule_, nine, memory_).decisions)
      if (decision.dump.path.filename() == name) return decision.reason;
    return "not there";
  }

  std::vector<Stored> dumps_;
  RetentionRule rule_;
  BackupMemory memory_;
};

TEST_F(RetentionOf, KeepsTheNewestAndSaysOfEachWhy) {
  EXPECT_THAT(removed(), ElementsAre("bot-2", "bot-1"));
  EXPECT_EQ(reason_of("bot-4"), "it is the newest");
  EXPECT_EQ(reason_of("bot-3"), "it is one of the newest 2");
  EXPECT_EQ(reason_of("bot-2"), "newer than it are 2 verified ones");
  rule_.keep = 3;
  EXPECT_THAT(removed(), ElementsAre("bot-1"));
}

TEST_F(RetentionOf, NeverGoesBelowTwo) {
  rule_.keep = 0;
  EXPECT_THAT(removed(), ElementsAre("bot-2", "bot-1"));
}

TEST_F(RetentionOf, KeepsWhatIsYoungWhateverTheirNumber) {
  rule_.keep_for = 72h;
  EXPECT_THAT(removed(), ElementsAre("bot-1"));
  EXPECT_EQ(reason_of("bot-2"), "it is younger than 3 d");
}

TEST_F(RetentionOf, KeepsWhatARunCanBeUndoneFrom) {
  memory_.pins = {{"/backups/bot-1", "r7"}};
  EXPECT_THAT(removed(), ElementsAre("bot-2"));
  EXPECT_THAT(reason_of("bot-1"), HasSubstr("orchestrate confirm r7"));
  memory_.pins = {{"/srv/link-to-backups/bot-1", "r7"}};
  EXPECT_THAT(removed(), ElementsAre("bot-2"));
}

TEST_F(RetentionOf, CountsOnlyWhatIsVerified) {
  dumps_[2].level = Level::written;
  EXPECT_THAT(removed(), ElementsAre("bot-1"));
  EXPECT_EQ(reason_of("bot-3"), "it was never verified");
  dumps_[2].trouble = "its file is gone";
  dumps_[2].is_gone = true;
  EXPECT_THAT(removed(), ElementsAre("bot-1"));
}

TEST_F(RetentionOf, CountsOnlyTheDatabaseOfTheNewest) {
  dumps_[0].database = dumps_[2].database = "other";
  EXPECT_THAT(removed(), IsEmpty());
  EXPECT_EQ(reason_of("bot-3"), "it is of another database, other");
}

TEST_F(RetentionOf, StandsStillWhileOneIsDamagedAndNeverRemovesThatOne) {
  dumps_[0].damaged = "it was cut off";
  EXPECT_THAT(removed(), IsEmpty());
  EXPECT_EQ(reason_of("bot-1"), "its verification failed: it was cut off");
  EXPECT_THAT(reason_of("bot-2"), HasSubstr("bot-1 is damaged"));
  EXPECT_THAT(decide(dumps_, rule_, nine, memory_).standstill, HasSubstr("bot-1 is damaged"));
  dumps_[0].damaged.clear();
  dumps_[0].trouble = "its size is not what its manifest says";
  EXPECT_THAT(removed(), IsEmpty());
}

TEST_F(RetentionOf, StandsStillUntilTheNewestIsProvenAsThePolicySays) {
  rule_.level = Level::restored;
  EXPECT_THAT(removed(), IsEmpty());
  EXPECT_EQ(reason_of("bot-1"), "the newest, bot-4, is not yet restored");
  dumps_[3].level = Level::restored;
  EXPECT_THAT(removed(), ElementsAre("bot-2", "bot-1"));
}

TEST_F(RetentionOf, DoesNotTrustAClockThatWentBack) {
  memory_.last_expiry = nine + 1h;
  EXPECT_THAT(removed(), IsEmpty());
  EXPECT_THAT(reason_of("bot-1"), HasSubstr("before the last expiry"));
  memory_.last_expiry = nine - 1h;
  EXPECT_THAT(removed(), ElementsAre("bot-2", "bot-1"));
  dumps_[3].taken_at = nine + 1s;
  EXPECT_THAT(removed(), IsEmpty());
  EXPECT_THAT(reason_of("bot-1"), HasSubstr("bot-4 is from the future"));
}

TEST(RemoveDump, TakesItsManifestToo) {
  const Folder folder;
  folder.write("bot-1.dump", "bytes");
  folder.write("bot-1.dump.json", "{}");
  folder.write("bot-2.dump", "bytes");
  remove_dump(folder.path() / "bot-1.dump");
  std::vector<std::string> left;
  for (const auto& entry : std::filesystem::directory_iterator(folder.path())) left.push_back(entry.path().filename());
  EXPECT_THAT(left, ElementsAre("bot-2.dump"));
  EXPECT_ANY_THROW(remove_dump(folder.path() / "bot-1.dump"));
}

}  // namespace
}  // namespace orchestrate::backup
