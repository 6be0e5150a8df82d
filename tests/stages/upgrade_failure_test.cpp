#include <gmock/gmock.h>
#include <signal.h>

#include "orchestrate/error.hpp"
#include "orchestrate/evidence.hpp"
#include "stages/upgrading_bot.hpp"

namespace orchestrate {
namespace {

using testing::AllOf;
using testing::AnyOf;
using testing::Contains;
using testing::EndsWith;
using testing::HasSubstr;
using testing::Not;
using testing::StartsWith;

constexpr const char* divides_by_zero =
    "op.execute('ALTER TABLE cfg.panels ADD COLUMN title text')\n"
    "op.execute('SELECT 1/0')";
constexpr const char* unique_concurrently =
    "with op.get_context().autocommit_block():\n"
    "    op.create_index('ix_id', 'panels', ['id'], schema='cfg', unique=True, postgresql_concurrently=True)";
using FailedUpgrade = UpgradingBot;

/// An upgrade that waits for a lock, for ever, when somebody does something about it.
class WaitingUpgrade : public UpgradingBot {
 protected:
  Outcome upgrade_and_once_it_waits(std::function<void()> act) {
    migration(
        "op.execute('CREATE TABLE cfg.notes (id int)')\n"
        "op.execute('ALTER TABLE cfg.panels ADD COLUMN title text')");
    upgrade_settings.set("lock_timeout", std::chrono::milliseconds(0), {});
    upgrade_settings.set("statement_timeout", std::chrono::milliseconds(0), {});
    reviewed();
    somebody_locks_panels();
    once_it_waits(std::move(act));
    return upgrade();
  }
};

TEST_F(FailedUpgrade, ThatRolledBackProvesTheDatabaseUnchanged) {
  migration(divides_by_zero);
  reviewed();
  const Outcome outcome = upgrade();
  EXPECT_EQ(outcome.verdict, Verdict::failed);
  EXPECT_TRUE(has_evidence(outcome, evidence::database_unchanged)) << text_of(outcome);
  EXPECT_EQ(outcome.summary,
            "upgrade: exit code 1: sqlalchemy.exc.DataError: (psycopg2.errors.DivisionByZero) division by zero");
  EXPECT_THAT(outcome.details, Contains("whole output: " + (bench.checkout.scratch() / "stage.log").string()));
}

TEST_F(FailedUpgrade, LeavesAllThatItWroteInTheLog) {
  migration("for i in range(20000):\n    print('line %d of a talkative migration' % i)\nraise SystemExit('enough')");
  reviewed();
  const Outcome outcome = upgrade();
  EXPECT_EQ(outcome.summary, "upgrade: exit code 1: enough");
  EXPECT_THAT(log(), AllOf(HasSubstr("line 0 of a talkative"), HasSubstr("line 19999 of a"), HasSubstr("enough")));
}

TEST_F(FailedUpgrade, OverWhatIsThereAlreadyDoubtsTheStampAndSaysHowToPutItRight) {
  migration("op.execute('CREATE TABLE cfg.panels (id int)')");
  reviewed();
  const Outcome outcome = upgrade();
  EXPECT_THAT(outcome.details, Contains(HasSubstr("the version rows are behind it")));
  EXPECT_THAT(outcome.next, EndsWith("orchestrate stamp bot REV --reason \"...\""));
}

TEST_F(FailedUpgrade, OnAColumnThatIsNotThereDoubtsTheStamp) {
  migration("op.execute('UPDATE cfg.panels SET title = 1 WHERE id = 1')");
  reviewed();
  EXPECT_THAT(upgrade().details, Contains(HasSubstr("the version rows were stamped past it")));
}

TEST_F(FailedUpgrade, OfASetThatCommitsOnItsOwnProvesNothingAndNamesTheInvalidIndex) {
  migration(unique_concurrently);
  reviewed();
  const Outcome outcome = upgrade();
  EXPECT_EQ(outcome.verdict, Verdict::failed);
  EXPECT_TRUE(outcome.evidence.empty());
  EXPECT_THAT(outcome.summary, HasSubstr("UniqueViolation"));
  EXPECT_THAT(outcome.details, Contains("left behind: index cfg.ix_id is INVALID"));
  EXPECT_THAT(outcome.details, Contains("version rows: 001 before, 001 now; catalog fingerprint differs"));
}

TEST_F(FailedUpgrade, DoesNotBlameItForAnIndexThatWasInvalidBefore) {
  EXPECT_THROW(sql("CREATE UNIQUE INDEX CONCURRENTLY ix_old ON cfg.panels (id)"), Error);
  migration(divides_by_zero);
  reviewed();
  const Outcome outcome = upgrade();
  EXPECT_TRUE(has_evidence(outcome, evidence::database_unchanged));
  EXPECT_THAT(text_of(outcome), Not(HasSubstr("left behind")));
}

TEST_F(FailedUpgrade, OfASetThatCommitsOnItsOwnMayHaveChangedDataUnseen) {
  migration(
      "with op.get_context().autocommit_block():\n    op.execute('UPDATE cfg.panels SET id = 7')\n"
      "op.execute('SELECT 1/0')");
  reviewed();
  const Outcome outcome = upgrade();
  EXPECT_TRUE(outcome.evidence.empty());
  EXPECT_THAT(outcome.details, Contains("version rows and catalog are as before, but a pending revision commits on its "
                                        "own or cannot be judged, so data may have changed"));
}

TEST_F(FailedUpgrade, ThatReachedItsTargetSaysSo) {
  migration("op.execute('ALTER TABLE cfg.panels ADD COLUMN title text')");
  sh("echo 'raise SystemExit(\"goodbye\")' >> migrations/env.py");
  reviewed();
  const Outcome outcome = upgrade();
  EXPECT_EQ(outcome.verdict, Verdict::failed);
  EXPECT_EQ(outcome.summary, "upgrade: exit code 1: goodbye");
  EXPECT_THAT(outcome.details, Contains("the command failed, but the database is at the target"));
  EXPECT_TRUE(has_evidence(outcome, evidence::upgrade_done));
}

TEST_F(WaitingUpgrade, ThatWasStoppedHasEndedChildAndBackendBeforeTheStateIsAsked) {
  const Outcome outcome = upgrade_and_once_it_waits([this] { bench.stop.request_stop(); });
  EXPECT_THAT(outcome.summary, StartsWith("upgrade: stopped: ended"));
  EXPECT_TRUE(has_evidence(outcome, evidence::database_unchanged)) << text_of(outcome);
  EXPECT_EQ(::kill(std::stoi(sh("cat pid")), 0), -1);
  EXPECT_EQ(sessions(), "");
}

TEST_F(WaitingUpgrade, WhoseAlembicWasKilledWaitsForItsBackend) {
  const Outcome outcome = upgrade_and_once_it_waits([this] {
    ::kill(std::stoi(sh("cat pid")), SIGKILL);
    somebody->release();
  });
  EXPECT_EQ(outcome.summary, "upgrade: killed by signal 9");
  EXPECT_TRUE(has_evidence(outcome, evidence::database_unchanged)) << text_of(outcome);
  EXPECT_EQ(sessions(), "");
}

TEST_F(WaitingUpgrade, WhoseBackendWasTerminatedIsProvenUnchanged) {
  const Outcome outcome = upgrade_and_once_it_waits([this] { sql("SELECT pg_terminate_backend(" + sessions() + ")"); });
  EXPECT_THAT(outcome.summary,
              AnyOf(HasSubstr("terminating connection"), HasSubstr("server closed the connection unexpectedly")));
  EXPECT_TRUE(has_evidence(outcome, evidence::database_unchanged)) << text_of(outcome);
}

TEST_F(WaitingUpgrade, WhoseServerIsGoneSaysThatItCouldNotAsk) {
  const Outcome outcome = upgrade_and_once_it_waits([] { server->stop_immediately(); });
  server->start();
  EXPECT_EQ(outcome.verdict, Verdict::failed);
  ASSERT_EQ(outcome.evidence.size(), 1U);
  EXPECT_EQ(outcome.evidence[0].name, evidence::upgrade_unjudged) << "that nothing was proven, for the next command";
  EXPECT_THAT(outcome.details, Contains(StartsWith("what it left behind could not be asked: ")));
  EXPECT_EQ(outcome.next, "");  // as for whatever is half done
}

}  // namespace
}  // namespace orchestrate
