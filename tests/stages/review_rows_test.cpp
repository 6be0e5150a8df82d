#include <gmock/gmock.h>

#include <algorithm>

#include "orchestrate/evidence.hpp"
#include "stages/review.hpp"
#include "stages/upgrading_bot.hpp"

namespace orchestrate {
namespace {

using namespace std::chrono_literals;
using testing::HasSubstr;

/// cfg.panels has two rows, whose id is 1.
class ReviewOfRows : public UpgradingBot {
 protected:
  ReviewOfRows() {
    settings.set("block", std::vector<std::string>{"data-loss"}, {});
    settings.set("small_table", Size{.bytes = 10'000'000}, {});
    row_limit(5s);
  }
  void row_limit(std::chrono::milliseconds limit) { settings.set("row_limit", limit, {}); }
  Outcome review(const std::string& body) {
    migration(body);
    const Outcome checked = preflight();
    EXPECT_EQ(checked.verdict, Verdict::passed) << text_of(checked);
    bench.prove(checked.evidence);
    return bench.run(review_stage, settings);
  }
  static Finding finding(const Outcome& outcome, std::string_view rule) {
    const auto found = std::ranges::find(outcome.findings, rule, &Finding::rule);
    return found == outcome.findings.end() ? Finding() : *found;
  }

  Settings settings;
};

TEST_F(ReviewOfRows, BlocksWhatTheRowsWouldMakeFail) {
  const Outcome outcome = review("op.create_unique_constraint('one_of_each', 'panels', ['id'], schema='cfg')");
  EXPECT_EQ(outcome.verdict, Verdict::blocked);
  const Finding flag = finding(outcome, "rows-in-the-way");
  EXPECT_EQ(flag.severity, Severity::blocks);
  EXPECT_EQ(flag.hazard, "there are rows of cfg.panels that share their (id)");
  EXPECT_THAT(flag.remedy, HasSubstr("FROM \"cfg\".\"panels\" t"));
}

TEST_F(ReviewOfRows, PassesWhatTheRowsFitAndSaysSo) {
  sql("DELETE FROM cfg.panels WHERE ctid = '(0,1)'");
  const Outcome outcome = review("op.create_unique_constraint('one_of_each', 'panels', ['id'], schema='cfg')");
  EXPECT_EQ(outcome.verdict, Verdict::passed);
  EXPECT_THAT(finding(outcome, "constraint-validated-at-once").effect,
              HasSubstr("there are no rows of cfg.panels that share their (id) now"));
}

TEST_F(ReviewOfRows, CountsWhatWouldBeLost) {
  EXPECT_THAT(finding(review("op.drop_table('panels', schema='cfg')"), "drop-table").effect,
              HasSubstr("; 2 rows of cfg.panels now"));
}

TEST_F(ReviewOfRows, SaysThatNobodyKnowsWhenTheDatabaseTakesTooLong) {
  sql("INSERT INTO cfg.panels SELECT i FROM generate_series(1, 3000000) i");
  row_limit(10ms);
  EXPECT_THAT(
      finding(review("op.drop_table('panels', schema='cfg')"), "drop-table").effect,
      HasSubstr("how many rows of cfg.panels there are is not known: the database took longer than the policy"));
}

TEST_F(ReviewOfRows, WaitsForNobodyWhoHasLockedATable) {
  migration("op.create_index('ix', 'panels', ['id'], schema='cfg')");
  const Outcome checked = preflight();
  bench.prove(checked.evidence);
  settings.set("block", std::vector<std::string>{"blocking-lock"}, {});
  row_limit(100ms);
  somebody_locks_panels();
  const Outcome outcome = bench.run(review_stage, settings);
  somebody->release();
  EXPECT_EQ(outcome.verdict, Verdict::blocked) << "who knows how large it is";
  EXPECT_THAT(finding(outcome, "create-index-not-concurrently").effect,
              HasSubstr("a size that nobody could ask for: it is locked"));
}

TEST_F(ReviewOfRows, AsksNothingWhereThePolicySaysSo) {
  row_limit(0ms);
  const Outcome outcome = review("op.create_unique_constraint('one_of_each', 'panels', ['id'], schema='cfg')");
  EXPECT_EQ(outcome.verdict, Verdict::passed);
  EXPECT_EQ(finding(outcome, "rows-in-the-way").rule, "");
}

TEST_F(ReviewOfRows, NeverShowsAValueOfARow) {
  sql("ALTER TABLE cfg.panels ADD COLUMN word text DEFAULT 'Wintergarten'");
  const Outcome outcome = review("op.execute('ALTER TABLE cfg.panels ALTER word TYPE int USING word::int')");
  EXPECT_EQ(outcome.verdict, Verdict::blocked);
  EXPECT_EQ(finding(outcome, "rows-in-the-way").hazard, "there are rows of cfg.panels whose word is no int4");
  for (const Finding& found : outcome.findings) EXPECT_EQ(found.effect.find("Wintergarten"), std::string::npos);
}

}  // namespace
}  // namespace orchestrate
