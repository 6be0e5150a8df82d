#include "engine/execute.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "fakes.hpp"
#include "orchestrate/error.hpp"

namespace orchestrate {
namespace {

using fake::Trial;
using testing::Contains;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;
using testing::Not;

Task<Outcome> answer(Outcome outcome) {
  co_return outcome;
}
auto always(const Outcome& outcome) {
  return [outcome](StageContext&) { return answer(outcome); };
}

/// An upgrade that has begun: from here on something may have changed.
Task<Outcome> begin_upgrade(StageContext& context, Outcome outcome) {
  context.record("database.before", Json::object());
  co_return outcome;
}
auto upgrade_that(const Outcome& outcome) {
  return [outcome](StageContext& context) { return begin_upgrade(context, outcome); };
}

TEST(Execute, RunsEveryStageInOrderAndSucceeds) {
  Trial trial;
  const auto run = trial.run();
  EXPECT_THAT(trial.ran, ElementsAre("preflight", "backup", "review", "restore_point", "upgrade", "post_check",
                                     "restart", "journal"));
  EXPECT_EQ(run.finished->result, Result::succeeded);
  EXPECT_EQ(run.finished->exit_code, 0);
}

TEST(Execute, WritesThatAStageStartsBeforeItActs) {
  Trial trial;
  std::size_t durable = 0;
  trial.script["preflight"] = [&](StageContext&) {
    durable = trial.ledger.size();
    return answer(fake::failed());
  };
  trial.run();
  EXPECT_EQ(durable, 2U);
  EXPECT_THAT(trial.ledger, ElementsAre("run-created", "stage-started", "stage-finished", "run-finished"));
}

TEST(Execute, StopsAtTheFirstStageThatFailsAndChangesNothing) {
  Trial trial;
  trial.script["backup"] = always(fake::failed("the dump is empty"));
  const auto run = trial.run();
  EXPECT_THAT(trial.ran, Not(Contains("upgrade")));
  EXPECT_EQ(run.finished->exit_code, 1);
  EXPECT_EQ(run.finished->summary, "database at 002, checkout and service unchanged");
  EXPECT_EQ(run.finished->next, "orchestrate apply bot");
}

TEST(Execute, ARedFlagIsExitThreeWithTheCommandThatAcceptsIt) {
  Trial trial;
  Outcome flag{Verdict::blocked, "1 red flag", {}, {}, {}};
  flag.next = "orchestrate approve bot 003:drop-column:panels.title --reason \"...\"";
  trial.script["review"] = always(flag);
  const auto run = trial.run();
  EXPECT_EQ(run.finished->result, Result::blocked);
  EXPECT_EQ(run.finished->exit_code, 3);
  EXPECT_EQ(run.finished->next, flag.next);
}

/// Ends only when it is stopped.
Task<Outcome> wait_for_stop(StageContext& context) {
  co_await context.ports.clock.sleep(std::chrono::hours(1), context.stop);
  co_return fake::passed();
}

/// Ends when `other` has ended.
auto after(const Trial& trial, const std::string& other) {
  return [&trial, other](StageContext& context) -> Task<Outcome> {
    while (trial.ended.count(other) == 0)
      co_await context.ports.clock.sleep(std::chrono::milliseconds(1), context.stop);
    co_return fake::passed({{std::string(evidence::backup_intact), Json::object()}});
  };
}

TEST(Execute, ChecksBetweenTwoChangesRunAtTheSameTime) {
  Trial trial;
  trial.script["backup"] = after(trial, "review");
  const auto run = trial.run();
  EXPECT_EQ(run.finished->exit_code, 0);
}

TEST(Execute, NothingRunsBesideAStageThatChangesSomething) {
  Trial trial;
  trial.pipeline = {"preflight", "backup", "review", "commit_point", "upgrade", "post_check", "restart", "journal"};
  trial.script["commit_point"] = [&](StageContext& context) -> Task<Outcome> {
    EXPECT_EQ(context.run.stage("backup")->state, StageRecord::State::passed);
    EXPECT_EQ(context.run.stage("review")->state, StageRecord::State::passed);
    co_return fake::passed({{std::string(evidence::restore_point_recorded), Json::object()}});
  };
  EXPECT_EQ(trial.run().finished->exit_code, 0);
}

TEST(Execute, ACheckThatDoesNotPassStopsTheLongOnesAndIsTheReason) {
  Trial trial;
  trial.script["backup"] = wait_for_stop;
  Outcome flag{Verdict::blocked, "1 red flag", {}, {}, {}};
  trial.script["review"] = always(flag);
  const auto run = trial.run();
  EXPECT_EQ(run.stage("backup")->state, StageRecord::State::stopped);
  EXPECT_EQ(run.stage("backup")->outcome.summary, "stopped, since another check did not pass");
  EXPECT_EQ(run.finished->exit_code, 3);
}

TEST(Execute, WhatWouldLeaveSomethingBehindWaitsForTheChecksBeforeIt) {
  Trial trial;
  trial.pipeline = {"preflight", "backup", "review", "keeping_point", "upgrade", "post_check", "restart", "journal"};
  Outcome flag{Verdict::blocked, "1 red flag", {}, {}, {}};
  trial.script["review"] = always(flag);
  trial.run();
  EXPECT_THAT(trial.ran, Not(Contains("keeping_point")));
}

TEST(Execute, ShortChecksFinishWhenAnotherHasFailedSoThatAllFindingsAreKnown) {
  Trial trial;
  trial.script["backup"] = always(fake::failed("the dump is empty"));
  Outcome flag{Verdict::blocked, "1 red flag", {}, {}, {}};
  trial.script["review"] = [&, flag](StageContext& context) -> Task<Outcome> {
    while (trial.ended.count("backup") == 0)
      co_await context.ports.clock.sleep(std::chrono::milliseconds(1), context.stop);
    co_return flag;
  };
  const auto run = trial.run();
  EXPECT_EQ(run.stage("backup")->state, StageRecord::State::failed);
  EXPECT_EQ(run.stage("review")->state, StageRecord::State::blocked);
  EXPECT_EQ(run.finished->exit_code, 1);
}

TEST(Execute, ASignalStopsAllChecksThatRun) {
  Trial trial;
  trial.script["backup"] = wait_for_stop;
  trial.script["review"] = [&](StageContext& context) -> Task<Outcome> {
    trial.interrupt.ask();
    return wait_for_stop(context);
  };
  const auto run = trial.run();
  EXPECT_EQ(run.stage("backup")->outcome.summary, "stopped because it was asked to");
  EXPECT_EQ(run.stage("review")->outcome.summary, "stopped because it was asked to");
  EXPECT_EQ(run.finished->exit_code, 1);
}

TEST(Execute, NothingPendingIsNothingToDo) {
  Trial trial;
  trial.script["preflight"] = always(fake::passed({fake::pending({})}));
  const auto run = trial.run();
  EXPECT_THAT(trial.ran, ElementsAre("preflight"));
  EXPECT_EQ(run.finished->result, Result::nothing_to_do);
  EXPECT_EQ(run.finished->exit_code, 0);
}

TEST(Execute, FinishesWhatAnEarlierRunLeftOpenWithoutUpgradingAgain) {
  Trial trial;
  trial.script["preflight"] = always(fake::passed({fake::pending({})}));
  trial.finishes = "r0";
  const auto run = trial.run();
  EXPECT_THAT(trial.ran, ElementsAre("preflight", "post_check", "restart", "journal"));
  EXPECT_EQ(run.finished->exit_code, 0);
  EXPECT_THAT(run.finished->summary, HasSubstr("r0"));
}

/// A run that ended at `failed`, and does again what it is told to.
Resumption resumed(const std::string& failed, std::vector<std::string> again, Json began_at) {
  Trial first;
  first.script[failed] = always(fake::failed());
  Run run = first.run();
  return {std::move(run), {.requested_by = "uid 0 (root)", .stages = std::move(again)}, std::move(began_at)};
}

TEST(Execute, AResumedRunDoesAgainWhatItIsToldToAndKeepsTheRest) {
  Trial trial;
  trial.resumption = resumed("restart", {"post_check", "restart", "journal"}, Json());
  const auto run = trial.run();
  EXPECT_THAT(trial.ran, ElementsAre("post_check", "restart", "journal"));
  EXPECT_EQ(run.finished->exit_code, 0);
  EXPECT_EQ(run.finished->summary, "002 -> 003");
}

TEST(Execute, ARunThatEndedInPreflightMayGoOnWhereverTheDatabaseIs) {
  Trial trial;
  trial.resumption = resumed("preflight", trial.pipeline, Json());
  EXPECT_EQ(trial.run().finished->exit_code, 0);
}

TEST(Execute, AResumedRunDoesNotUpgradeADatabaseThatIsNoLongerWhereItBegan) {
  Trial trial;
  trial.resumption = resumed("backup", trial.pipeline, Json::array({"001"}));
  const auto run = trial.run();
  EXPECT_THAT(trial.ran, ElementsAre("preflight"));
  EXPECT_EQ(run.finished->exit_code, 1);
  EXPECT_EQ(run.finished->next, "orchestrate apply bot");
}

TEST(Execute, AnotherRunsDatabaseLockIsExit75WithItsHoldersName) {
  Trial trial;
  trial.lock_holder = "apply r9 on vps2";
  const auto run = trial.run();
  EXPECT_THAT(trial.ran, IsEmpty());  // what preflight sees while another upgrades does not stay true
  EXPECT_EQ(run.finished->exit_code, 75);
  EXPECT_THAT(run.finished->summary, HasSubstr("apply r9 on vps2"));
}

Task<Outcome> find_the_window_closed(StageContext& context) {
  context.record(fact::window_closed, "the window is closed");
  co_return fake::failed("the window is closed");
}

TEST(Execute, AWindowThatClosedBeforeTheUpgradeIsExit75AndServicesRunAgain) {
  Trial trial;
  trial.script["review"] = [](StageContext& context) {
    context.record(fact::services_stopped, Json::array({"bot.service"}));
    return answer(fake::passed({{std::string(evidence::review_passed), Json::object()}}));
  };
  trial.script["upgrade"] = find_the_window_closed;
  const auto run = trial.run();
  EXPECT_EQ(run.finished->exit_code, 75);
  EXPECT_EQ(run.finished->result, Result::failed_unchanged);
  EXPECT_EQ(run.finished->next, "orchestrate apply bot  (when the window is open)");
  EXPECT_THAT(trial.started_units, ElementsAre("bot.service"));
}

TEST(Execute, DoesNotUpgradeWhenTheDatabaseLockWasLost) {
  Trial trial;
  trial.lock_is_lost = true;
  const auto run = trial.run();
  EXPECT_EQ(trial.ran.back(), "restore_point");
  EXPECT_EQ(run.finished->exit_code, 1);
}

TEST(Execute, ALockLostDuringTheUpgradeIsRecordedAndTheRunGoesOn) {
  Trial trial;
  trial.upgrade_loses_lock = true;
  trial.script["upgrade"] = upgrade_that(fake::passed({{std::string(evidence::upgrade_done), Json::object()}}));
  const auto run = trial.run();
  EXPECT_EQ(trial.ran.back(), "journal");
  EXPECT_EQ(run.finished->exit_code, 0);
  EXPECT_FALSE(run.fact(fact::lock_lost).is_null());
  EXPECT_THAT(trial.notices, ElementsAre(HasSubstr("lost during the upgrade")));
}

TEST(Execute, ALockLostDuringAnUpgradeThatThrewIsRecordedToo) {
  Trial trial;
  trial.upgrade_loses_lock = true;
  trial.script["upgrade"] = [](StageContext& context) -> Task<Outcome> {
    context.record(fact::database_before, Json::object());
    throw Error(ErrorKind::unreachable, "ask appdb", "the session is gone");
  };
  const auto run = trial.run();
  EXPECT_EQ(run.finished->exit_code, 5);
  EXPECT_FALSE(run.fact(fact::lock_lost).is_null());
}

TEST(Execute, AnUpgradeThatProvablyLeftNothingIsExitOne) {
  Trial trial;
  Outcome outcome = fake::failed();
  outcome.evidence.push_back({std::string(evidence::database_unchanged), Json::object()});
  trial.script["upgrade"] = upgrade_that(outcome);
  const auto run = trial.run();
  EXPECT_EQ(run.finished->result, Result::failed_unchanged);
  EXPECT_EQ(run.finished->exit_code, 1);
}

TEST(Execute, AnUpgradeWithoutThatProofIsHeld) {
  Trial trial;
  trial.script["upgrade"] = upgrade_that(fake::failed());
  const auto run = trial.run();
  EXPECT_EQ(run.finished->result, Result::held);
  EXPECT_EQ(run.finished->exit_code, 5);
}

TEST(Execute, AFailureAfterTheUpgradeIsHeld) {
  Trial trial;
  trial.script["restart"] = always(fake::failed("bot.service died"));
  const auto run = trial.run();
  EXPECT_EQ(run.finished->exit_code, 5);
  EXPECT_THAT(run.finished->summary, HasSubstr("restart failed after the upgrade"));
}

TEST(Execute, WhatThePolicyMakesOfAFailureIsDurableBeforeItsEnd) {
  Trial trial;
  trial.on_failure.after_upgrade.remedy = Remedy::downgrade;
  trial.script["restart"] = always(fake::failed("bot.service: failed"));
  const auto run = trial.run();
  EXPECT_EQ(run.fact("on_failure"), Json::object({{"remedy", "downgrade"}, {"run", "r2"}, {"to", "002"}}));
  EXPECT_THAT(run.finished->summary, HasSubstr("on_failure: downgrade, by run r2"));
  EXPECT_EQ(run.finished->exit_code, 5);
  ASSERT_GE(trial.ledger.size(), 2U);
  EXPECT_EQ(trial.ledger[trial.ledger.size() - 2], "fact-recorded");
  EXPECT_EQ(trial.ledger.back(), "run-finished");
}

TEST(Execute, WhoeverStopsARunDecidesWhatBecomesOfIt) {
  Trial trial;
  trial.on_failure.after_upgrade.remedy = Remedy::downgrade;
  trial.script["post_check"] = [&](StageContext&) {
    trial.interrupt.ask();
    return answer(fake::failed());
  };
  const auto run = trial.run();
  EXPECT_THAT(run.finished->summary, HasSubstr("on_failure: downgrade was not begun: somebody asked the run to stop"));
}

TEST(Execute, ADowngradeSaysWhatHasToFollowAndSpeaksOfItself) {
  Trial trial;
  trial.verb = "downgrade";
  trial.script["journal"] = [](StageContext&) -> Task<Outcome> {
    Outcome outcome = fake::passed();
    outcome.next = "check out the code that belongs to 002";
    co_return outcome;
  };
  EXPECT_EQ(trial.run().finished->next, "check out the code that belongs to 002");
  trial.script["post_check"] = always(fake::failed());
  const auto failed = trial.run();
  EXPECT_THAT(failed.finished->summary, HasSubstr("post_check failed after the downgrade"));
  EXPECT_EQ(failed.finished->next, "orchestrate downgrade bot head --confirm GRADE");
}

TEST(Execute, AnExceptionIsAFailureNeverAPass) {
  Trial trial;
  trial.script["backup"] = [](StageContext&) -> Task<Outcome> {
    throw Error(ErrorKind::failed, "dump appdb", "no space left on device", "free 4.1 GB");
  };
  const auto run = trial.run();
  EXPECT_EQ(run.stage("backup")->state, StageRecord::State::failed);
  EXPECT_EQ(run.stage("backup")->outcome.summary, "dump appdb: no space left on device");
  EXPECT_THAT(run.stage("backup")->outcome.details, ElementsAre("fix: free 4.1 GB"));
}

TEST(Execute, AStageThatDoesNotEndIsStoppedAtItsDeadline) {
  Trial trial;
  trial.script["deadline"] = nullptr;
  trial.script["preflight"] = [](StageContext& context) -> Task<Outcome> {
    co_await context.ports.clock.sleep(std::chrono::hours(1), context.stop);
    co_return fake::passed();
  };
  const auto run = trial.run();
  EXPECT_EQ(run.finished->exit_code, 1);
  EXPECT_THAT(run.stage("preflight")->outcome.summary, HasSubstr("no end within"));
}

TEST(Execute, ASignalBeforeTheUpgradeStopsAndChangesNothing) {
  Trial trial;
  trial.script["backup"] = [&](StageContext& context) -> Task<Outcome> {
    trial.interrupt.ask();
    co_await context.ports.clock.sleep(std::chrono::hours(1), context.stop);
    co_return fake::passed();
  };
  const auto run = trial.run();
  EXPECT_EQ(run.finished->exit_code, 1);
  EXPECT_EQ(run.stage("backup")->outcome.summary, "stopped because it was asked to");
}

TEST(Execute, ASignalDuringTheUpgradeWaitsUntilItInsists) {
  Trial trial;
  trial.script["upgrade"] = [&](StageContext& context) -> Task<Outcome> {
    context.record("database.before", Json::object());
    trial.interrupt.ask();
    EXPECT_FALSE(context.stop.stop_requested());
    trial.interrupt.ask();
    EXPECT_TRUE(context.stop.stop_requested());
    co_return fake::failed();
  };
  trial.run();
  EXPECT_THAT(trial.notices, Contains(HasSubstr("ask again to end it by force")));
}

TEST(Execute, ASignalAfterTheUpgradeFinishesWhatIsOwed) {
  Trial trial;
  trial.script["restart"] = [&](StageContext& context) -> Task<Outcome> {
    trial.interrupt.ask();
    trial.interrupt.ask();
    EXPECT_FALSE(context.stop.stop_requested());
    co_return fake::passed({{std::string(evidence::services_healthy), Json::object()}});
  };
  EXPECT_EQ(trial.run().finished->exit_code, 0);
}

TEST(Execute, ALedgerThatCannotBeWrittenBeforeTheUpgradeStopsTheRun) {
  Trial trial;
  trial.ledger_fails_after = 4;
  EXPECT_THROW(trial.run(), Error);
}

TEST(Execute, ALedgerThatCannotBeWrittenAfterTheUpgradeBeganStopsNothing) {
  Trial trial;
  trial.script["upgrade"] = [&](StageContext& context) -> Task<Outcome> {
    context.record("database.before", Json::object());
    trial.ledger_fails_after = trial.ledger.size();
    co_return fake::passed({{std::string(evidence::upgrade_done), Json::object({{"to", Json::array({"003"})}})}});
  };
  EXPECT_EQ(trial.run().finished->exit_code, 0);
  EXPECT_EQ(trial.ran.back(), "journal");
  EXPECT_THAT(trial.notices, Contains(HasSubstr("disk full")));
}

TEST(Execute, ServicesThatAStageStoppedRunAgainWhenNothingChanged) {
  Trial trial;
  trial.script["restore_point"] = [](StageContext& context) -> Task<Outcome> {
    context.record("services.stopped", Json::array({"bot.service"}));
    co_return fake::failed();
  };
  const auto run = trial.run();
  EXPECT_THAT(trial.started_units, ElementsAre("bot.service"));
  EXPECT_EQ(run.finished->exit_code, 1);
  EXPECT_THAT(run.finished->summary, HasSubstr("service started again"));
}

TEST(Execute, ADryRunMakesTheChecksOnly) {
  Trial trial;
  trial.outputs.clear();
  const auto run = trial.run();
  EXPECT_THAT(trial.ran, ElementsAre("preflight", "backup", "review", "restore_point"));
  EXPECT_EQ(run.finished->exit_code, 0);
}

}  // namespace
}  // namespace orchestrate
