#include "engine/recovery.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <boost/asio/io_context.hpp>

#include "../system/on_loop.hpp"
#include "../system/temporary_postgres.hpp"
#include "../system/written_clock.hpp"
#include "orchestrate/error.hpp"
#include "orchestrate/evidence.hpp"
#include "schema/backends.hpp"
#include "schema/state.hpp"
#include "system/clock.hpp"
#include "system/command.hpp"
#include "system/database.hpp"
#include "system/host.hpp"
#include "system/network.hpp"

namespace orchestrate {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;

const std::vector<std::string> pipeline = {"preflight", "review",     "restore_point", "stop",
                                           "upgrade",   "post_check", "start"};

struct Units final : ServiceManager {
  std::vector<std::string> started;
  std::string result = "done";
  Task<UnitState> state(UnitName, std::stop_token) override { co_return UnitState{}; }
  Task<JobEnd> restart(UnitName, std::stop_token) override { co_return JobEnd{"done"}; }
  Task<JobEnd> start(UnitName unit, std::stop_token) override {
    started.push_back(unit.text());
    co_return JobEnd{result};
  }
  Task<JobEnd> stop(UnitName, std::stop_token) override { co_return JobEnd{"done"}; }
};

struct NoJournal final : Journal {
  Task<std::vector<JournalLine>> lines(UnitName, std::string, std::size_t) override {
    co_return std::vector<JournalLine>{};
  }
  bool readable() const override { return true; }
};

/// A run that ended in the middle, and a database at 001 that was to go to 003.
class Recovery : public testing::Test {
 protected:
  static void SetUpTestSuite() { server = std::make_unique<TemporaryPostgres>(); }
  static void TearDownTestSuite() { server.reset(); }

  Recovery() {
    sql("DROP SCHEMA IF EXISTS cfg CASCADE; CREATE SCHEMA cfg; CREATE TABLE cfg.panels (id int);"
        "CREATE TABLE cfg.alembic_version (version_num text); INSERT INTO cfg.alembic_version VALUES ('001')");
    application.policy.app = "bot";
    application.policy.migrations.version_table = {"cfg", "alembic_version"};
    application.database = server->url();
    happened(RunCreated{.app = "bot", .verb = "apply", .target = "head", .stages = pipeline});
  }

  void happened(EventBody body) {
    const Event event{0, "r1", {}, std::move(body)};
    run = apply(std::move(run), event);
  }
  void passed(const std::string& stage, std::vector<Evidence> evidence = {}) {
    happened(StageStarted{stage});
    happened(StageFinished{stage, {Verdict::passed, "", {}, std::move(evidence), {}}, {}});
  }
  enum class Set { transactional, by_revision, commits_on_its_own };
  void passed_until_stop(Set set = Set::transactional) {
    const Json pending = Json::object(
        {{"from", Json::array({"001"})}, {"to", Json::array({"003"})}, {"revisions", Json::array({"002", "003"})}});
    passed("preflight", {{std::string(evidence::migration_pending), pending}});
    static const std::vector<std::string> commits = {"together", "by-revision", "anywhere"};
    const Json reviewed = Json::object(
        {{"commits", commits[static_cast<std::size_t>(set)]}, {"files", Json::object({{"002", "5a"}, {"003", "c1"}})}});
    passed("review", {{std::string(evidence::review_passed), reviewed}});
    passed("restore_point");
  }
  /// The upgrade had begun when the process died.
  void upgrading(Set set = Set::transactional) {
    passed_until_stop(set);
    passed("stop");
    happened(StageStarted{"upgrade"});
    const auto database = on_loop(io, databases->connect(application.database, {}, {}));
    const SchemaState before =
        on_loop(io, read_state(*database, application.policy.migrations.version_table, {"cfg"}, {}));
    Json fact = to_json(before);
    fact.set("identity", to_json(on_loop(io, read_identity(*database, {}))));
    happened(FactRecorded{"upgrade", "database.before", std::move(fact)});
  }
  void upgraded() {
    passed_until_stop();
    passed("stop");
    happened(FactRecorded{"upgrade", "database.before", Json::object()});
    passed("upgrade", {{std::string(evidence::upgrade_done), Json::object({{"to", Json::array({"003"})}})}});
    passed("post_check", {{std::string(evidence::migration_current), Json::object()}});
  }
  void services_were_stopped() {
    happened(FactRecorded{"stop", "services.stopped", Json::array({"bot.service", "web.service"})});
  }
  /// How the run ended, after what was missing.
  RunFinished end() {
    Ports ports{*commands, *databases, services, journal, *host, *clock, *network};
    const auto events = on_loop(io, missing_events(run, application, ports, [](std::string_view) {}));
    for (const EventBody& event : events) happened(event);
    return run.finished.value_or(RunFinished{});
  }
  std::string sql(const std::string& statements) const { return server->sql(statements); }

  static std::unique_ptr<TemporaryPostgres> server;  // one for all tests, for it takes seconds to make
  boost::asio::io_context io;
  std::unique_ptr<Databases> databases = system::make_databases();
  std::unique_ptr<Clock> clock = system::make_clock(io);
  std::unique_ptr<Commands> commands = system::make_commands(io, Redactor(), std::nullopt);
  std::unique_ptr<Host> host = system::make_host();
  std::unique_ptr<Network> network = system::make_network();
  Units services;
  NoJournal journal;
  Application application;
  orchestrate::Run run;
};
std::unique_ptr<TemporaryPostgres> Recovery::server;

TEST_F(Recovery, OfARunThatDiedBeforeTheUpgradeAsksNoDatabase) {
  application.database.host = "/nowhere";
  happened(StageStarted{"preflight"});
  const RunFinished finished = end();
  EXPECT_EQ(finished.result, Result::failed_unchanged);
  EXPECT_EQ(finished.exit_code, 1);
  EXPECT_EQ(finished.next, "orchestrate apply bot");
  EXPECT_EQ(run.stage("preflight")->state, StageRecord::State::failed);
  EXPECT_EQ(run.stage("preflight")->outcome.summary, "the process ended during this stage");
}

TEST_F(Recovery, OfARunThatDiedBetweenTwoStagesBeforeTheUpgradeChangedNothing) {
  passed_until_stop();
  const RunFinished finished = end();
  EXPECT_EQ(finished.result, Result::failed_unchanged);
  EXPECT_EQ(finished.exit_code, 1);
  EXPECT_THAT(finished.summary, HasSubstr("the process ended before the upgrade"));
}

TEST_F(Recovery, OfAnUpgradeThatHadNotRecordedTheStateHadNotBegun) {
  passed_until_stop();
  happened(StageStarted{"upgrade"});
  EXPECT_EQ(end().result, Result::failed_unchanged);
}

TEST_F(Recovery, FindsAnUpgradeThatRolledBack) {
  upgrading();
  const RunFinished finished = end();
  EXPECT_EQ(finished.result, Result::failed_unchanged);
  EXPECT_THAT(finished.summary, HasSubstr("database at 001, version rows and catalog as before"));
  EXPECT_FALSE(run.evidence(evidence::database_unchanged).is_null());
}

TEST_F(Recovery, FindsASetThatRolledBackInItsFirstRevision) {
  upgrading(Set::by_revision);
  EXPECT_EQ(end().result, Result::failed_unchanged);
}

TEST_F(Recovery, HoldsASetWhoseFirstRevisionCommitted) {
  upgrading(Set::by_revision);
  sql("UPDATE cfg.alembic_version SET version_num = '002'");
  EXPECT_EQ(end().result, Result::held);
}

TEST_F(Recovery, DoesNotCallASetUnchangedThatCommitsOnItsOwn) {
  upgrading(Set::commits_on_its_own);
  const RunFinished finished = end();
  EXPECT_EQ(finished.result, Result::held);
  EXPECT_EQ(finished.exit_code, 5);
  EXPECT_TRUE(run.evidence(evidence::database_unchanged).is_null());
}

TEST_F(Recovery, FindsAnUpgradeThatReachedItsTarget) {
  upgrading();
  sql("UPDATE cfg.alembic_version SET version_num = '003'; ALTER TABLE cfg.panels ADD COLUMN title text");
  const RunFinished finished = end();
  EXPECT_EQ(run.stage("upgrade")->state, StageRecord::State::passed);
  EXPECT_EQ(to_text(run.evidence(evidence::upgrade_done)),
            R"({"from":["001"],"to":["003"],"files":{"002":"5a","003":"c1"}})");
  EXPECT_EQ(finished.result, Result::held);
  EXPECT_EQ(finished.summary, "the process ended before the last stages");
  EXPECT_EQ(finished.next, "orchestrate apply bot");
}

TEST_F(Recovery, OfADowngradeThatReachedItsTargetCountsNothingAsApplied) {
  run.created.verb = "downgrade";
  upgrading();
  sql("UPDATE cfg.alembic_version SET version_num = '003'");
  EXPECT_THAT(end().next, HasSubstr("orchestrate downgrade bot head"));
  EXPECT_EQ(to_text(run.evidence(evidence::upgrade_done)["files"]), "{}");
}

/// The upgrade failed, and the database did not say what was left of it.
Outcome unjudged() {
  return {Verdict::failed,
          "upgrade: exit code 1",
          {"what it left behind could not be asked"},
          {{std::string(evidence::upgrade_unjudged), Json::object()}},
          {}};
}

TEST_F(Recovery, JudgesAnUpgradeWhoseDatabaseDidNotAnswerBefore) {
  upgrading();
  services_were_stopped();
  happened(StageFinished{"upgrade", unjudged(), {}});
  happened(RunFinished{});
  EXPECT_TRUE(lacks_its_end(run));
  const RunFinished finished = end();
  EXPECT_EQ(finished.result, Result::failed_unchanged);
  EXPECT_EQ(run.stage("upgrade")->outcome.summary, "upgrade: exit code 1");
  EXPECT_THAT(services.started, ElementsAre("bot.service", "web.service"));
  EXPECT_FALSE(lacks_its_end(run));
}

TEST_F(Recovery, JudgesNoUpgradeThatAPersonAnsweredFor) {
  upgrading();
  happened(StageFinished{"upgrade", unjudged(), {}});
  happened(RunFinished{});
  happened(RunAborted{"uid 0 (root)", "restored by hand"});
  EXPECT_FALSE(lacks_its_end(run));
}

TEST_F(Recovery, HoldsAnUpgradeThatStoppedHalfWay) {
  upgrading();
  sql("UPDATE cfg.alembic_version SET version_num = '002'; ALTER TABLE cfg.panels ADD COLUMN title text");
  const RunFinished finished = end();
  EXPECT_EQ(finished.result, Result::held);
  EXPECT_EQ(finished.next, "orchestrate show r1, mend what is there, then: orchestrate abort r1 --reason \"...\"");
  EXPECT_THAT(run.stage("upgrade")->outcome.details,
              ElementsAre("version rows: 001 before, 002 now; catalog fingerprint differs"));
}

TEST_F(Recovery, HoldsACatalogThatChangedUnderTheSameVersion) {
  upgrading();
  sql("ALTER TABLE cfg.panels ADD COLUMN title text");
  EXPECT_EQ(end().result, Result::held);
}

TEST_F(Recovery, WaitsUntilTheMigrationsSessionsAreGone) {
  upgrading();
  const SessionOptions options{.application_name = migration_application_name("r1")};
  const auto migration = on_loop(io, databases->connect(application.database, options, {}));
  const std::string pid = std::to_string(migration->backend_pid());
  WrittenClock waiting;
  waiting.happens.emplace(std::chrono::milliseconds(300), [this, pid] {
    sql("UPDATE cfg.alembic_version SET version_num = '003'; SELECT pg_terminate_backend(" + pid + ", 10000)");
  });
  Ports ports{*commands, *databases, services, journal, *host, waiting, *network};
  on_loop(io, missing_events(run, application, ports, [](std::string_view) {}));
  EXPECT_EQ(waiting.boot(), std::chrono::milliseconds(300));
}

TEST_F(Recovery, JudgesNoOtherDatabaseThanTheRunUpgraded) {
  upgrading();
  application.database = server->url("template1");
  EXPECT_THROW(end(), Error);
}

TEST_F(Recovery, LeavesTheRunUnfinishedWhenTheDatabaseDoesNotAnswer) {
  upgrading();
  application.database.host = "/nowhere";
  EXPECT_THROW(end(), Error);
}

/// A run that only restarts, once the gate has let it.
orchestrate::Run restarting() {
  const auto then = [](orchestrate::Run run, EventBody body) {
    return apply(std::move(run), {0, "r1", {}, std::move(body)});
  };
  orchestrate::Run run =
      then({}, RunCreated{.app = "bot", .verb = "restart", .stages = {"gate", "restart", "journal"}});
  return then(std::move(run), StageFinished{"gate", {Verdict::passed, "", {}, {}, {}}, {}});
}

TEST_F(Recovery, OfARestartThatDiedBeforeItChangedNothing) {
  application.database.host = "/nowhere";
  run = restarting();
  happened(StageStarted{"restart"});
  const RunFinished finished = end();
  EXPECT_EQ(finished.exit_code, 1);
  EXPECT_EQ(finished.summary, "database unchanged, checkout and service unchanged");
  EXPECT_EQ(finished.next, "orchestrate restart bot");
}

TEST_F(Recovery, OfARestartThatDiedInTheMiddleAsksNoDatabaseAndSaysThatTheServiceWasNotWatched) {
  application.database.host = "/nowhere";
  run = restarting();
  happened(StageStarted{"restart"});
  happened(FactRecorded{"restart", "service.before:bot.service", Json::object()});
  const RunFinished finished = end();
  EXPECT_EQ(finished.result, Result::held);
  EXPECT_EQ(finished.exit_code, 5);
  EXPECT_EQ(finished.summary, "restart failed; database and checkout unchanged");
  EXPECT_EQ(finished.next, "orchestrate restart bot");
  EXPECT_FALSE(lacks_its_end(run));
}

TEST_F(Recovery, OfARestartThatDiedBetweenItsStagesIsNotCalledGood) {
  run = restarting();
  EXPECT_EQ(end().exit_code, 1);
  run = restarting();
  happened(FactRecorded{"restart", "service.before:bot.service", Json::object()});
  passed("restart");
  EXPECT_EQ(end().exit_code, 5);
}

TEST_F(Recovery, HoldsARunThatDiedAfterTheUpgrade) {
  upgraded();
  happened(StageStarted{"start"});
  const RunFinished finished = end();
  EXPECT_EQ(finished.result, Result::held);
  EXPECT_EQ(finished.summary, "database at 003; start failed after the upgrade, nothing was undone");
}

TEST_F(Recovery, HoldsARunThatDiedBetweenTheLastStages) {
  upgraded();
  EXPECT_EQ(end().summary, "the process ended before the last stages");
}

TEST_F(Recovery, LetsARunSucceedThatLackedOnlyItsEnd) {
  services_were_stopped();
  upgraded();
  passed("start");
  const RunFinished finished = end();
  EXPECT_EQ(finished.result, Result::succeeded);
  EXPECT_EQ(finished.summary, "001 -> 003");
}

TEST_F(Recovery, StartsServicesAgainWhenTheUpgradeLeftNothing) {
  services_were_stopped();
  upgrading();
  EXPECT_EQ(end().result, Result::failed_unchanged);
  EXPECT_THAT(services.started, ElementsAre("bot.service", "web.service"));
}

TEST_F(Recovery, LeavesServicesStoppedWhenTheDatabaseIsNotAsItWas) {
  services_were_stopped();
  upgrading();
  sql("ALTER TABLE cfg.panels ADD COLUMN title text");
  EXPECT_EQ(end().result, Result::held);
  EXPECT_TRUE(services.started.empty());
}

TEST_F(Recovery, LeavesServicesStoppedWhenAnOperatorsCommandRan) {
  services_were_stopped();
  passed_until_stop();
  happened(FactRecorded{"stop", "command.ran", "clean up"});
  happened(StageStarted{"upgrade"});
  EXPECT_EQ(end().exit_code, 5);
  EXPECT_TRUE(services.started.empty());
}

TEST_F(Recovery, DoesNotCallARolledBackUpgradeUnchangedWhenAnOperatorsCommandRan) {
  services_were_stopped();
  happened(FactRecorded{"stop", "command.ran", "clean up"});
  upgrading();
  const RunFinished finished = end();
  EXPECT_EQ(finished.exit_code, 5);
  EXPECT_EQ(
      finished.summary,
      "database at 001, version rows and catalog as before, checkout unchanged, service left stopped; but clean up "
      "ran, and what it changed is not known");
  EXPECT_TRUE(services.started.empty());
}

TEST_F(Recovery, SaysWhichServicesAreStillStopped) {
  services_were_stopped();
  passed_until_stop();
  happened(StageStarted{"upgrade"});
  services.result = "failed";
  const RunFinished finished = end();
  EXPECT_EQ(finished.exit_code, 5);
  EXPECT_EQ(finished.next, "systemctl start bot.service web.service");
}

TEST_F(Recovery, EndsEveryStageThatTheProcessWasIn) {
  happened(StageStarted{"review"});
  happened(StageStarted{"restore_point"});
  end();
  EXPECT_EQ(run.stage("review")->state, StageRecord::State::failed);
  EXPECT_EQ(run.stage("restore_point")->state, StageRecord::State::failed);
}

TEST_F(Recovery, NamesEveryServiceThatCouldNotBeStartedAgain) {
  passed_until_stop();
  happened(StageStarted{"upgrade"});
  happened(FactRecorded{"preflight", "services.not_started_again", Json::array({"bot.service", "web.service"})});
  EXPECT_EQ(end().next, "systemctl start bot.service web.service");
}

}  // namespace
}  // namespace orchestrate
