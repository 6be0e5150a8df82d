#include "stages/stamp.hpp"

#include <gmock/gmock.h>

#include "orchestrate/error.hpp"
#include "orchestrate/evidence.hpp"
#include "stages/upgrading_bot.hpp"

namespace orchestrate {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;

/// A database that is at 001; 002 adds a title to its panels.
class Stamping : public UpgradingBot {
 protected:
  Stamping() {
    bench.so_far.created.verb = "stamp";
    migration("op.execute('ALTER TABLE cfg.panels ADD COLUMN title text')");
  }
  Outcome check(const std::vector<std::string>& revisions) {
    Settings asked;
    asked.set("revisions", revisions, {});
    return bench.run(schema_check_stage, asked);
  }
  Outcome stamp(const std::vector<std::string>& revisions) {
    const Outcome checked = check(revisions);
    EXPECT_EQ(checked.verdict, Verdict::passed) << checked.summary << text_of(checked);
    bench.prove(checked.evidence);
    return bench.run(stamp_stage, {});
  }
  void rows(const std::string& values) {
    sql("DELETE FROM cfg.alembic_version; INSERT INTO cfg.alembic_version VALUES " + values);
  }
  std::string rows() const { return sql("SELECT version_num FROM cfg.alembic_version ORDER BY 1"); }
};

std::vector<std::string> ids(const Outcome& outcome) {
  std::vector<std::string> found;
  for (const Finding& finding : outcome.findings) found.push_back(finding.id());
  return found;
}

TEST_F(Stamping, WritesTheRowWhereTheSchemaAgrees) {
  sql("ALTER TABLE cfg.panels ADD COLUMN title text");
  const Outcome outcome = stamp({"head"});
  EXPECT_EQ(outcome.verdict, Verdict::passed) << outcome.summary << text_of(outcome);
  EXPECT_EQ(outcome.summary, "001 -> 002");
  EXPECT_EQ(outcome.next, "orchestrate plan bot");
  EXPECT_TRUE(has_evidence(outcome, evidence::upgrade_done));
  EXPECT_EQ(rows(), "002");
  EXPECT_EQ(bench.facts.front().first, fact::database_before);
}

TEST_F(Stamping, IsRefusedWhereTheSchemaLacksWhatARevisionMakes) {
  const Outcome outcome = check({"002"});
  EXPECT_EQ(outcome.verdict, Verdict::blocked);
  EXPECT_THAT(ids(outcome), ElementsAre("002:not-in-database:cfg.panels.title"));
  EXPECT_EQ(outcome.findings[0].hazard, "002 makes the column cfg.panels.title, and the database has none");
  EXPECT_THAT(outcome.next, HasSubstr("orchestrate approve bot 002:not-in-database:cfg.panels.title"));
  EXPECT_THAT(outcome.evidence, IsEmpty());
}

TEST_F(Stamping, IsRefusedWhereTheSchemaHasWhatARevisionIsStillToMake) {
  sql("ALTER TABLE cfg.panels ADD COLUMN title text");
  rows("('002')");
  const Outcome outcome = check({"001"});
  EXPECT_THAT(ids(outcome), ElementsAre("002:still-in-database:cfg.panels.title"));
  EXPECT_EQ(outcome.findings[0].hazard, "002 is still to make the column cfg.panels.title, and the database has it");
}

TEST_F(Stamping, PassesWhatAPersonAccepted) {
  const Finding finding = check({"002"}).findings.at(0);
  bench.approvals.push_back({finding.id(), finding.file_sha256, "made by hand", "ana", "2026-11-20T09:14:03Z"});
  EXPECT_EQ(check({"002"}).verdict, Verdict::passed);
}

TEST_F(Stamping, MendsARowThatNoFileIs) {
  rows("('0042_gone')");
  EXPECT_EQ(stamp({"001"}).summary, "0042_gone -> 001");
  EXPECT_EQ(rows(), "001");
}

TEST_F(Stamping, TakesARowAwayForBase) {
  sql("DROP TABLE cfg.panels");
  EXPECT_EQ(stamp({"base"}).verdict, Verdict::passed);
  EXPECT_EQ(rows(), "");
}

TEST_F(Stamping, LeavesTheRowsToWhomeverHasThemLocked) {
  sql("ALTER TABLE cfg.panels ADD COLUMN title text");
  const Outcome checked = check({"head"});
  bench.prove(checked.evidence);
  somebody.emplace(bench, server->url("app"));
  somebody->run("BEGIN");
  somebody->run("LOCK TABLE cfg.alembic_version IN ROW EXCLUSIVE MODE");
  const Outcome outcome = bench.run(stamp_stage, {});
  EXPECT_EQ(outcome.verdict, Verdict::failed);
  EXPECT_THAT(outcome.summary, HasSubstr("lock timeout"));
  EXPECT_TRUE(has_evidence(outcome, evidence::database_unchanged)) << text_of(outcome);
  EXPECT_EQ(rows(), "001");
}

TEST_F(Stamping, IsRefusedWhenTheRowsHaveChangedSinceTheyWereRead) {
  sql("ALTER TABLE cfg.panels ADD COLUMN title text");
  bench.prove(check({"head"}).evidence);
  rows("('000')");
  EXPECT_EQ(bench.run(stamp_stage, {}).summary, "the version rows have changed since they were read");
  EXPECT_EQ(rows(), "000");
}

TEST_F(Stamping, OfADatabaseWithoutAVersionTableIsForAdopt) {
  sql("DROP TABLE cfg.alembic_version");
  const Outcome outcome = check({"001"});
  EXPECT_EQ(outcome.verdict, Verdict::failed);
  EXPECT_EQ(outcome.next, "orchestrate adopt bot --stamp REV");
}

TEST_F(Stamping, OfWhatIsNoRevisionIsRefused) {
  EXPECT_THROW(check({"nowhere"}), Error);
}

}  // namespace
}  // namespace orchestrate
