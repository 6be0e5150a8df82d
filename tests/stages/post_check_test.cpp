#include "stages/post_check.hpp"

#include <gmock/gmock.h>

#include "orchestrate/error.hpp"
#include "orchestrate/evidence.hpp"
#include "stages/upgrading_bot.hpp"

namespace orchestrate {
namespace {

using testing::ElementsAre;
using testing::IsEmpty;

class PostCheck : public UpgradingBot {
 protected:
  /// Looks after an upgrade that was to lead to `wanted`, with `half_made` objects there before it.
  Outcome check(const std::vector<std::string>& wanted, const std::vector<std::string>& half_made = {}) {
    bench.prove({{std::string(evidence::migration_pending), Json::object({{"to", Json::of(wanted)}})}});
    bench.so_far.stages.back().facts["database.before"] = Json::object({{"half_made", Json::of(half_made)}});
    return bench.run(post_check_stage, {});
  }
  void versions(const std::string& rows) {
    sql("DELETE FROM cfg.alembic_version; INSERT INTO cfg.alembic_version VALUES " + rows);
  }
};

TEST_F(PostCheck, ProvesThatTheDatabaseIsAtTheTarget) {
  versions("('002')");
  const Outcome outcome = check({"002"});
  EXPECT_EQ(outcome.verdict, Verdict::passed);
  EXPECT_EQ(outcome.summary, "current = head = 002");
  EXPECT_THAT(outcome.details, IsEmpty());
  EXPECT_THAT(outcome.evidence, ElementsAre(Evidence{std::string(evidence::migration_current),
                                                     Json::object({{"versions", Json::array({"002"})}})}));
}

TEST_F(PostCheck, ComparesSeveralHeadsAsASet) {
  versions("('002b'), ('002a')");
  EXPECT_EQ(check({"002a", "002b"}).summary, "current = head = 002a, 002b");
  EXPECT_EQ(check({"002b", "002a"}).verdict, Verdict::passed);
}

TEST_F(PostCheck, FailsWhenTheVersionIsStillTheOld) {
  const Outcome outcome = check({"002"});
  EXPECT_EQ(outcome.verdict, Verdict::failed);
  EXPECT_EQ(outcome.summary, "cfg.alembic_version holds 001, expected 002");
  EXPECT_THAT(outcome.details, ElementsAre("fix: see what the upgrade did with: orchestrate logs r1"));
  EXPECT_THAT(outcome.evidence, IsEmpty());
}

TEST_F(PostCheck, FailsOnARowTooMany) {
  versions("('002'), ('001')");
  EXPECT_EQ(check({"002"}).summary, "cfg.alembic_version holds 001, 002, expected 002");
}

TEST_F(PostCheck, FailsOnOneOfTwoHeads) {
  versions("('002a')");
  EXPECT_EQ(check({"002a", "002b"}).summary, "cfg.alembic_version holds 002a, expected 002a, 002b");
}

TEST_F(PostCheck, FailsWithoutRowsAndWithoutATable) {
  sql("DELETE FROM cfg.alembic_version");
  EXPECT_EQ(check({"002"}).summary, "cfg.alembic_version holds base, expected 002");
  sql("DROP TABLE cfg.alembic_version");
  EXPECT_EQ(check({"002"}).summary, "cfg.alembic_version holds base, expected 002");
}

TEST_F(PostCheck, LooksInTheSchemaOfTheVersionTableOnly) {
  sql("CREATE TABLE public.alembic_version AS SELECT '002' AS version_num");
  EXPECT_EQ(check({"002"}).verdict, Verdict::failed);
}

TEST_F(PostCheck, MentionsWhatTheUpgradeLeftHalfMade) {
  EXPECT_THROW(sql("CREATE UNIQUE INDEX CONCURRENTLY ix_old ON cfg.panels (id)"), Error);
  sql("ALTER TABLE cfg.panels ADD CONSTRAINT small CHECK (id < 9) NOT VALID");
  versions("('002')");
  const Outcome outcome = check({"002"}, {"index cfg.ix_old is INVALID"});
  EXPECT_EQ(outcome.verdict, Verdict::passed);
  EXPECT_THAT(outcome.details, ElementsAre("constraint small on cfg.panels is not validated"));
}

}  // namespace
}  // namespace orchestrate
