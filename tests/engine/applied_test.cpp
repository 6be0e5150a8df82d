#include "engine/applied.hpp"

#include <gmock/gmock.h>

#include "../ledger/state_directory.hpp"
#include "orchestrate/evidence.hpp"

namespace orchestrate {
namespace {

using testing::ElementsAre;

class AppliedRevisions : public testing::Test {
 protected:
  void finished(const std::string& run, std::string_view proof, std::string_view key, const Json& files) {
    writer_->append(run, apply_of("bot"), at_);
    const Evidence evidence{std::string(proof), Json::object({{std::string(key), files}})};
    writer_->append(run, StageFinished{"stage", {Verdict::passed, "", {}, {evidence}, {}}, {}}, at_);
    writer_->append(run, RunFinished{.result = Result::succeeded}, at_);
  }

  const StateDirectory state_;
  std::unique_ptr<Ledger> writer_ = state_.writer();
  Time at_ = nine;
};

TEST_F(AppliedRevisions, AreThoseOfTheNewestRunThatAppliedThem) {
  finished("r1", evidence::upgrade_done, "files", Json::object({{"002", "old"}, {"003", "c"}}));
  finished("r2", evidence::upgrade_done, "files", Json::object({{"002", "new"}}));
  EXPECT_THAT(applied_revisions(*state_.reader()),
              ElementsAre(AppliedRevision{"002", "new", "r2", nine}, AppliedRevision{"003", "c", "r1", nine}));
}

TEST_F(AppliedRevisions, WithoutARunOfOursAreWhatTheFirstReviewFound) {
  finished("r1", evidence::review_passed, "before", Json::object({{"001", "a"}, {"002", "b"}}));
  finished("r2", evidence::review_passed, "before", Json::object({{"001", "edited"}}));
  finished("r3", evidence::upgrade_done, "files", Json::object({{"002", "ours"}}));
  EXPECT_THAT(applied_revisions(*state_.reader()), ElementsAre(AppliedRevision{"001", "a", "r1", nine, true},
                                                               AppliedRevision{"002", "ours", "r3", nine, false}));
}

}  // namespace
}  // namespace orchestrate
