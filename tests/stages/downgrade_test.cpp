#include <gmock/gmock.h>

#include "orchestrate/evidence.hpp"
#include "stages/post_check.hpp"
#include "stages/review.hpp"
#include "stages/upgrading_bot.hpp"

namespace orchestrate {
namespace {

using testing::Each;
using testing::ElementsAre;
using testing::Field;
using testing::HasSubstr;
using testing::IsEmpty;

constexpr const char* env_py =
    "from alembic import context\n\nwith context.begin_transaction():\n    context.run_migrations()\n";
constexpr const char* drop_title = "op.drop_column('panels', 'title', schema='cfg')";
constexpr const char* drop_note = "op.execute('COMMENT ON TABLE cfg.panels IS NULL')";

/// A database that is at 002, on its way back to 001.
class Downgrade : public UpgradingBot {
 protected:
  Downgrade() {
    sql("ALTER TABLE cfg.panels ADD COLUMN title text; UPDATE cfg.alembic_version SET version_num = '002'");
    bench.so_far.created.verb = "downgrade";
    bench.target = "001";
  }
  /// 002 is undone by that.
  void undone_by(const std::string& statement) {
    bench.checkout.write("migrations/versions/002.py",
                         "from alembic import op\n\nrevision = '002'\ndown_revision = '001'\n\n\ndef upgrade():\n"
                         "    op.execute('ALTER TABLE cfg.panels ADD COLUMN title text')\n\n\ndef downgrade():\n    " +
                             statement + "\n");
  }
  Outcome review() {
    Settings block;
    block.set("block", std::vector<std::string>{"data-loss"}, {});
    block.set("small_table", Size{}, {});
    block.set("row_limit", std::chrono::milliseconds(5000), {});
    return bench.run(review_stage, block);
  }
  Outcome seen() {
    const Outcome checked = preflight();
    EXPECT_EQ(checked.verdict, Verdict::passed) << text_of(checked);
    bench.prove(checked.evidence);
    return checked;
  }
  void confirmed(const std::string& grade) {
    seen();
    bench.so_far.created.confirmed = grade;
    const Outcome outcome = review();
    ASSERT_EQ(outcome.verdict, Verdict::passed) << outcome.summary << text_of(outcome);
    bench.prove(outcome.evidence);
  }
};

TEST_F(Downgrade, FindsWhatItWouldUndo) {
  undone_by(drop_title);
  const Outcome checked = seen();
  const Json& pending = bench.so_far.evidence(evidence::migration_pending);
  EXPECT_EQ(to_text(pending["from"]) + to_text(pending["revisions"]) + to_text(pending["to"]),
            R"(["002"]["002"]["001"])");
}

TEST_F(Downgrade, IsRefusedWhereTheTargetIsNotApplied) {
  undone_by(drop_title);
  bench.target = "nowhere";
  EXPECT_THAT(text_of(preflight()), HasSubstr("nowhere is neither a revision nor a branch label"));
}

TEST_F(Downgrade, WaitsForItsGradeToBeConfirmed) {
  undone_by(drop_title);
  seen();
  const Outcome asked = review();
  EXPECT_EQ(asked.verdict, Verdict::blocked);
  EXPECT_THAT(asked.summary, HasSubstr("loses-data: one transaction; it deletes what was written since"));
  EXPECT_EQ(asked.next, "read it, then: orchestrate downgrade bot 001 --confirm loses-data");
  EXPECT_THAT(asked.evidence, IsEmpty());
  EXPECT_EQ(asked.findings.at(0).id(), "002:drop-column:cfg.panels.title");
}

TEST_F(Downgrade, IsNotDoneWhenAnotherGradeWasConfirmed) {
  undone_by(drop_title);
  seen();
  bench.so_far.created.confirmed = "keeps-data";
  const Outcome outcome = review();
  EXPECT_EQ(outcome.verdict, Verdict::blocked);
  EXPECT_THAT(outcome.details, ElementsAre("it is not keeps-data, as was confirmed"));
}

TEST_F(Downgrade, ThatLosesNothingIsConfirmedToo) {
  undone_by(drop_note);
  seen();
  EXPECT_THAT(review().next, HasSubstr("--confirm keeps-data"));
}

TEST_F(Downgrade, CannotBeConfirmedWhereOnlyABackupLeadsBack) {
  undone_by("raise NotImplementedError");
  seen();
  bench.so_far.created.confirmed = "restore-only";
  const Outcome outcome = review();
  EXPECT_EQ(outcome.verdict, Verdict::blocked);
  EXPECT_THAT(outcome.next, HasSubstr("restore the backup"));
}

TEST_F(Downgrade, AsksForNoApprovalOfSingleRedFlags) {
  undone_by(drop_title);
  confirmed("loses-data");
  EXPECT_THAT(review().findings, Each(Field(&Finding::severity, Severity::warning)));
}

TEST_F(Downgrade, TakesTheDatabaseBackAndRecordsNoRevisionAsApplied) {
  undone_by(drop_title);
  confirmed("loses-data");
  const Outcome outcome = upgrade();
  EXPECT_EQ(outcome.verdict, Verdict::passed) << outcome.summary << text_of(outcome);
  EXPECT_EQ(outcome.summary, "002 -> 001");
  ASSERT_TRUE(has_evidence(outcome, evidence::upgrade_done));
  EXPECT_TRUE(outcome.evidence.front().facts["files"].as_object().empty());
  EXPECT_EQ(sql("SELECT version_num FROM cfg.alembic_version"), "001");
  EXPECT_EQ(sql("SELECT count(*) FROM pg_attribute WHERE attname = 'title'"), "0");
}

TEST_F(Downgrade, ThatFailsRollsBackLikeAnUpgrade) {
  undone_by("op.execute('ALTER TABLE cfg.nowhere DROP COLUMN title')");
  confirmed("loses-data");
  const Outcome outcome = upgrade();
  EXPECT_THAT(outcome.summary, HasSubstr("downgrade: "));
  EXPECT_TRUE(has_evidence(outcome, evidence::database_unchanged)) << text_of(outcome);
}

TEST_F(Downgrade, EndsWithTheCodeThatHasToFollow) {
  undone_by(drop_title);
  confirmed("loses-data");
  bench.prove(upgrade().evidence);
  const Outcome outcome = bench.run(post_check_stage, {});
  EXPECT_EQ(outcome.summary, "current = 001");
  EXPECT_EQ(outcome.next, "check out the code that belongs to 001, then: systemctl restart bot.service");
}

}  // namespace
}  // namespace orchestrate
