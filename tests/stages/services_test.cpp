#include "stages/services.hpp"

#include <gmock/gmock.h>

#include "orchestrate/error.hpp"
#include "orchestrate/evidence.hpp"
#include "stages/bench.hpp"
#include "system/written_clock.hpp"

namespace orchestrate {
namespace {

using namespace std::chrono_literals;
using testing::Each;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;
using testing::SizeIs;

UnitState running(const std::string& invocation) {
  return {.load_state = "loaded",
          .active_state = "active",
          .sub_state = "running",
          .result = "success",
          .invocation_id = invocation};
}

Evidence running_commit(const std::string& commit) {
  return {std::string(evidence::code_running), Json::object({{"commit", commit}})};
}

/// bot.service and web.service run; a start makes a new invocation of them that stays healthy.
class Services : public testing::Test {
 protected:
  Services() {
    bench.application.policy.services = {*UnitName::parse("bot.service"), *UnitName::parse("web.service")};
    for (const std::string unit : {"bot.service", "web.service"}) {
      bench.services.units[unit] = running("old " + unit);
      bench.services.once_started[unit] = running("new " + unit);
    }
    auto written = std::make_unique<WrittenClock>();
    clock = written.get();
    bench.clock = std::move(written);
    settings.set("stable_for", std::chrono::milliseconds(10s), {});
  }
  /// What systemd shows of `unit` from that time on.
  void becomes(std::chrono::milliseconds at, const std::string& unit, const UnitState& state) {
    clock->happens.emplace(at, [this, unit, state] { bench.services.units[unit] = state; });
  }
  void only_bot() { settings.set("units", std::vector<UnitName>{*UnitName::parse("bot.service")}, {}); }
  void probe(const std::string& key, Settings::Value value) {
    Settings section;
    section.set(key, std::move(value), {});
    settings.set("probe", std::vector<Settings>{section}, {});
  }
  Outcome restart() { return bench.run(restart_stage, settings); }

  StageBench bench;
  WrittenClock* clock;
  Settings settings;
};

TEST_F(Services, AreHealthyWhenEachStayedActiveForTheWholeTime) {
  const Outcome outcome = restart();
  EXPECT_EQ(outcome.verdict, Verdict::passed);
  EXPECT_EQ(outcome.summary, "bot.service, web.service active, stable for 10 s");
  EXPECT_THAT(
      outcome.evidence,
      ElementsAre(Evidence{std::string(evidence::services_healthy),
                           Json::object({{"bot.service", "new bot.service"}, {"web.service", "new web.service"}})},
                  running_commit(bench.checkout.sh("git rev-parse HEAD"))));
  EXPECT_EQ(clock->boot(), 20s);
}

TEST_F(Services, ThatRunWhatNobodyCommittedAreOfNoCommit) {
  bench.checkout.sh("echo more >> bot.py");
  EXPECT_THAT(restart().evidence, ElementsAre(testing::Field(&Evidence::name, evidence::services_healthy)));
}

TEST_F(Services, RunTheRestorePointOfTheRunWithAllThatNobodyCommitted) {
  bench.checkout.sh("echo more >> bot.py");
  bench.prove({{std::string(evidence::restore_point_recorded), Json::object({{"commit", "8c1d2e4"}})}});
  EXPECT_THAT(restart().evidence, testing::Contains(running_commit("8c1d2e4")));
}

TEST_F(Services, AreRestartedInOrderAndTheirStateIsRecordedBefore) {
  restart();
  EXPECT_THAT(bench.services.jobs, ElementsAre("restart bot.service", "restart web.service"));
  ASSERT_EQ(bench.facts.size(), 2U);
  EXPECT_EQ(bench.facts[0].first, "service.before:bot.service");
  EXPECT_EQ(bench.facts[0].second.text_or("invocation_id"), "old bot.service");
}

TEST_F(Services, ThatDieAfterThreeSecondsFailTheRun) {
  UnitState dead = running("new bot.service");
  dead.active_state = "failed";
  dead.sub_state = "failed";
  dead.result = "exit-code";
  becomes(3s, "bot.service", dead);
  const Outcome outcome = restart();
  EXPECT_EQ(outcome.verdict, Verdict::failed);
  EXPECT_EQ(outcome.summary,
            "bot.service: 3 s after its start: failed (failed), result exit-code, 0 automatic restarts");
  EXPECT_THAT(outcome.details, ElementsAre("look: journalctl -u bot.service -n 120 --no-pager"));
  EXPECT_EQ(outcome.next,
            "mend bot.service (journalctl -u bot.service -n 120 --no-pager), then: orchestrate apply bot  (it finishes "
            "the restart that is owed)");
  EXPECT_THAT(outcome.evidence, IsEmpty());
}

TEST_F(Services, StopAtTheFirstThatFails) {
  becomes(1s, "bot.service", UnitState{.active_state = "failed"});
  restart();
  EXPECT_THAT(bench.services.jobs, ElementsAre("restart bot.service"));
}

TEST_F(Services, ThatSystemdRestartedMeanwhileAreNotHealthy) {
  UnitState again = running("third");
  again.restarts = 1;
  becomes(14s, "web.service", again);
  EXPECT_THAT(restart().summary, HasSubstr("web.service: 4 s after its start: it died and was started again: active "
                                           "(running), result success, 1 automatic restarts"));
}

TEST_F(Services, WithAnotherInvocationAndNoCountAreNotHealthyEither) {
  becomes(5s, "bot.service", running("by hand"));
  EXPECT_THAT(restart().summary, HasSubstr("bot.service: 5 s after its start: it died and was started again"));
}

TEST_F(Services, ThatSystemdDidNotStartAnewAreNotHealthy) {
  bench.services.once_started.erase("bot.service");
  EXPECT_EQ(restart().summary, "bot.service: systemd did not start it anew: its invocation is still old bot.service");
}

TEST_F(Services, ThatAreStillStartingWhenTheJobIsDoneAreNotHealthy) {
  bench.services.once_started["bot.service"].active_state = "activating";
  bench.services.once_started["bot.service"].sub_state = "auto-restart";
  EXPECT_EQ(restart().summary, "bot.service: activating (auto-restart), result success, 0 automatic restarts");
}

TEST_F(Services, WhoseJobDidNotEndWellFailWhateverTheirState) {
  for (const std::string result : {"failed", "timeout", "canceled", "dependency"}) {
    bench.services.job_results["bot.service"] = result;
    const Outcome outcome = restart();
    EXPECT_EQ(outcome.verdict, Verdict::failed);
    EXPECT_EQ(outcome.summary, "bot.service: its start job ended with '" + result + "'");
  }
}

TEST_F(Services, AreLookedAtOnceWhenTheyNeedNotBeStable) {
  settings.set("stable_for", 0ms, {});
  const Outcome outcome = restart();
  EXPECT_EQ(outcome.summary, "bot.service, web.service active, stable for 0 s");
  EXPECT_EQ(clock->boot(), 0s);
  bench.services.once_started["bot.service"].active_state = "failed";
  EXPECT_EQ(restart().verdict, Verdict::failed);
}

TEST_F(Services, AreAskedByTheirProbeCommandInTheProject) {
  bench.checkout.write("probe.sh", "echo \"$HOME in $PWD\" >> asked; exit \"$1\"\n");
  settings.set("stable_for", 0ms, {});
  probe("command", std::vector<std::string>{"/bin/sh", "probe.sh", "0"});
  EXPECT_EQ(restart().verdict, Verdict::passed);
  const std::string asked = bench.checkout.home().string() + " in " + bench.checkout.path().string();
  EXPECT_EQ(bench.checkout.sh("cat asked"), asked + "\n" + asked);
  bench.services.units["bot.service"] = running("old");
  probe("command", std::vector<std::string>{"/bin/sh", "probe.sh", "3"});
  EXPECT_EQ(restart().summary, "bot.service: its probe /bin/sh did not pass within 0 s: exit code 3");
}

TEST_F(Services, AreAskedOverHttpUntilTheyAnswerAndAtTheEnd) {
  only_bot();
  probe("http", "http://127.0.0.1:8080/health?deep=1");
  bench.network.refusal = "Connection refused";
  clock->happens.emplace(3s, [this] { bench.network.refusal.clear(); });
  EXPECT_EQ(restart().verdict, Verdict::passed);
  EXPECT_EQ(clock->boot(), 10s);
  EXPECT_THAT(bench.network.asked, SizeIs(5));  // at 0.2, 1.2, 2.2 and 3.2 s, and at the end
  EXPECT_THAT(bench.network.asked, Each("get 127.0.0.1 8080 /health?deep=1"));
}

TEST_F(Services, WhoseProbeNeverPassedFailWithItsLastReason) {
  probe("http", "http://[::1]");
  bench.network.refusal = "Connection refused";
  clock->happens.emplace(5s, [this] {
    bench.network.refusal.clear();
    bench.network.status = 503;
  });
  const Outcome outcome = restart();
  EXPECT_EQ(outcome.verdict, Verdict::failed);
  EXPECT_EQ(outcome.summary, "bot.service: its probe http://[::1] did not pass within 10 s: HTTP 503");
  EXPECT_THAT(outcome.evidence, IsEmpty());
  EXPECT_EQ(bench.network.asked.back(), "get ::1 80 /");
}

TEST_F(Services, WhoseProbePassedAtFirstOnlyAreNotHealthy) {
  probe("tcp", "localhost:5000");
  clock->happens.emplace(5s, [this] { bench.network.refusal = "no answer within 5 s"; });
  EXPECT_EQ(restart().summary,
            "bot.service: its probe localhost:5000 passed at first, and not after 10 s: no answer within 5 s");
  EXPECT_THAT(bench.network.asked, ElementsAre("connect localhost 5000", "connect localhost 5000"));
}

TEST_F(Services, AreNotHealthyByAnAnswerThatOnlyPointsElsewhere) {
  probe("http", "http://127.0.0.1:8080/health");
  bench.network.status = 301;
  EXPECT_THAT(restart().summary, HasSubstr("HTTP 301"));
}

TEST_F(Services, MayBeAskedByAUnixSocket) {
  only_bot();
  settings.set("stable_for", 0ms, {});
  probe("tcp", "/run/bot.sock");
  EXPECT_EQ(restart().verdict, Verdict::passed);
  EXPECT_THAT(bench.network.asked, ElementsAre("connect /run/bot.sock 0"));
}

TEST_F(Services, ThatDieAreSaidToHaveDiedWhateverTheirProbeSays) {
  probe("http", "http://127.0.0.1:8080/health");
  bench.network.refusal = "Connection refused";
  becomes(3s, "bot.service", UnitState{.active_state = "failed"});
  EXPECT_THAT(restart().summary, HasSubstr("bot.service: 3 s after its start: failed"));
}

TEST_F(Services, OfTheStageReplaceThoseOfThePolicy) {
  settings.set("units", std::vector<UnitName>{*UnitName::parse("web.service")}, {});
  restart();
  EXPECT_THAT(bench.services.jobs, ElementsAre("restart web.service"));
}

TEST_F(Services, AreNotWatchedOnWhenTheRunIsStopped) {
  clock->happens.emplace(2s, [this] { bench.stop.request_stop(); });
  EXPECT_THROW(restart(), Error);
  EXPECT_EQ(clock->boot(), 2s);
}

TEST_F(Services, AreStartedByTheStartStage) {
  for (auto& [name, state] : bench.services.units) state.active_state = "inactive";
  EXPECT_EQ(bench.run(start_stage, settings).verdict, Verdict::passed);
  EXPECT_THAT(bench.services.jobs, ElementsAre("start bot.service", "start web.service"));
}

TEST_F(Services, ThatRunAlreadyAreWatchedByTheStartStageAsTheyAre) {
  bench.services.once_started.clear();
  const Outcome outcome = bench.run(start_stage, settings);
  ASSERT_EQ(outcome.verdict, Verdict::passed) << outcome.summary;
  EXPECT_EQ(outcome.evidence.front().facts.text_or("bot.service"), "old bot.service");
}

TEST_F(Services, ThatSystemdWasStartingAgainAreRecordedAsStopped) {
  bench.services.units["bot.service"].active_state = "activating";
  bench.services.units["web.service"].active_state = "failed";
  bench.run(stop_stage, {});
  EXPECT_EQ(to_text(bench.facts.back().second), R"(["bot.service"])");
}

TEST_F(Services, ThatRanAreRecordedBeforeTheyAreStopped) {
  bench.services.units["web.service"].active_state = "inactive";
  const Outcome outcome = bench.run(stop_stage, {});
  EXPECT_EQ(outcome.summary, "bot.service, web.service stopped");
  EXPECT_THAT(bench.services.jobs, ElementsAre("stop bot.service", "stop web.service"));
  ASSERT_EQ(bench.facts.size(), 1U);
  EXPECT_EQ(bench.facts[0].first, "services.stopped");
  EXPECT_EQ(to_text(bench.facts[0].second), R"(["bot.service"])");
}

TEST_F(Services, ThatDoNotStopFailTheRunAfterWhatWasRecorded) {
  bench.services.job_results["web.service"] = "timeout";
  const Outcome outcome = bench.run(stop_stage, {});
  EXPECT_EQ(outcome.verdict, Verdict::failed);
  EXPECT_EQ(outcome.summary, "web.service: its stop job ended with 'timeout'");
  EXPECT_EQ(to_text(bench.facts.back().second), R"(["bot.service","web.service"])");
}

}  // namespace
}  // namespace orchestrate
