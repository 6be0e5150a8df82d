#include <gmock/gmock.h>
#include <signal.h>

#include "orchestrate/error.hpp"
#include "orchestrate/evidence.hpp"
#include "stages/upgrading_bot.hpp"

namespace orchestrate {
namespace {

using testing::AllOf;
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
constexpr const char* sleeps =
    "import os\n"
    "op.execute('ALTER TABLE cfg.panels ADD COLUMN title text')\n"
    "open('pid', 'w').write(str(os.getpid()))\n";

using FailedUpgrade = UpgradingBot;

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

TEST_F(FailedUpgrade, ThatWasStoppedHasEndedChildAndBackendBeforeTheStateIsAsked) {
  migration(std::string(sleeps) + "op.execute('SELECT pg_sleep(600)')");
  upgrade_settings.set("statement_timeout", std::chrono::milliseconds(0), {});
  reviewed();
  once_it_sleeps([this] { bench.stop.request_stop(); });
  const Outcome outcome = upgrade();
  EXPECT_THAT(outcome.summary, StartsWith("upgrade: stopped: ended"));
  EXPECT_TRUE(has_evidence(outcome, evidence::database_unchanged)) << text_of(outcome);
  EXPECT_EQ(::kill(std::stoi(sh("cat pid")), 0), -1);
  EXPECT_EQ(sessions(), "");
}

TEST_F(FailedUpgrade, WhoseAlembicWasKilledWaitsForItsBackend) {
  migration(std::string(sleeps) + "op.execute('SELECT pg_sleep(2)')");
  reviewed();
  once_it_sleeps([this] { ::kill(std::stoi(sh("cat pid")), SIGKILL); });
  const Outcome outcome = upgrade();
  EXPECT_EQ(outcome.summary, "upgrade: killed by signal 9");
  EXPECT_TRUE(has_evidence(outcome, evidence::database_unchanged)) << text_of(outcome);
  EXPECT_EQ(sessions(), "");
}

TEST_F(FailedUpgrade, WhoseBackendWasTerminatedIsProvenUnchanged) {
  migration(std::string(sleeps) + "op.execute('SELECT pg_sleep(600)')");
  reviewed();
  once_it_sleeps([this] { sql("SELECT pg_terminate_backend(" + sessions() + ")"); });
  const Outcome outcome = upgrade();
  EXPECT_THAT(outcome.summary, HasSubstr("terminating connection due to administrator command"));
  EXPECT_TRUE(has_evidence(outcome, evidence::database_unchanged)) << text_of(outcome);
}

TEST_F(FailedUpgrade, WhoseServerIsGoneSaysThatItCouldNotAsk) {
  migration(std::string(sleeps) + "op.execute('SELECT pg_sleep(600)')");
  reviewed();
  once_it_sleeps([] { server->stop_immediately(); });
  const Outcome outcome = upgrade();
  server->start();
  EXPECT_EQ(outcome.verdict, Verdict::failed);
  EXPECT_TRUE(outcome.evidence.empty());
  EXPECT_THAT(outcome.details, Contains(StartsWith("what it left behind could not be asked: ")));
  EXPECT_EQ(outcome.next, "orchestrate apply bot  (once the database answers: it asks again)");
}

}  // namespace
}  // namespace orchestrate
