#include "engine/on_failure.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "fakes.hpp"
#include "orchestrate/evidence.hpp"

namespace orchestrate {
namespace {

using testing::HasSubstr;
using namespace std::chrono_literals;

const Time begin = parse_utc("2026-11-20T02:00:00Z");

/// A run that stopped its services at 1 s, dumped, and upgraded as far as a test says; seconds count from its start.
class OnFailureAnswer : public testing::Test {
 protected:
  OnFailureAnswer() {
    policy = fake::policy({"preflight", "review", "stop", "backup", "restore_point", "upgrade", "post_check", "start"});
    policy.services = {*UnitName::parse("bot.service")};
    policy.pipeline[3].settings.set("take", std::string("/backups"), {});
    policy.on_failure = {{Remedy::restore, {}}, {Remedy::restore, {}}};
    around.code = "c0de";
    around.watched_since = begin;
    around.units["bot.service"].last_start = begin - 24h;
    happened(RunCreated{.app = "bot", .verb = "apply", .target = "head"}, 0s);
    passed("preflight", {{std::string(evidence::migration_pending), Json::object({{"from", Json::array({"002"})}})}});
    commits("together");
    happened(StageStarted{"stop"}, 1s);
    happened(StageFinished{"stop", {Verdict::passed, "", {}, {}, {}}, 500ms}, 2s);
    passed("backup", {{std::string(evidence::backup_intact), dump}});
    happened(
        FactRecorded{"upgrade", "database.before", Json::object({{"identity", Json::object({{"name", "appdb"}})}})},
        3s);
  }

  void happened(EventBody body, std::chrono::milliseconds at = 3s) {
    run = apply(std::move(run), Event{0, "r1", begin + at, std::move(body)});
  }
  void passed(const std::string& stage, std::vector<Evidence> evidence) {
    happened(StageFinished{stage, {Verdict::passed, "", {}, std::move(evidence), {}}, {}});
  }
  void commits(const std::string& where) {
    passed("review", {{std::string(evidence::review_passed), Json::object({{"commits", where}})}});
  }
  void upgraded() {
    passed("upgrade", {{std::string(evidence::upgrade_done), Json::object({{"to", Json::array({"003"})}})}});
  }
  void started(std::chrono::milliseconds at, Json last_start) {
    happened(StageStarted{"start"}, at);
    happened(FactRecorded{"start", "service.before:bot.service", Json::object({{"last_start_us", last_start}})}, at);
    around.units["bot.service"].last_start = begin + at;
  }
  static Json micros(Time time) {
    return std::chrono::duration_cast<std::chrono::microseconds>(time.time_since_epoch()).count();
  }
  Json answer() const { return answer_to_failure(run, policy, around, "r2"); }
  std::string held() const { return answer().text_or("held"); }

  const Json dump = Json::object({{"path", "/backups/one.dump"}, {"sha256", "5a"}});
  Policy policy;
  orchestrate::Run run;
  Circumstances around;
};

TEST_F(OnFailureAnswer, RestoresTheDumpOfTheRunWithTheCodeBefore) {
  const Json wanted = Json::object(
      {{"remedy", "restore"}, {"run", "r2"}, {"backup", "/backups/one.dump"}, {"code", "c0de"}, {"database", "appdb"}});
  EXPECT_EQ(answer(), wanted) << "half done";
  upgraded();
  EXPECT_EQ(answer(), wanted) << "after";
  started(5s, micros(begin - 24h));
  EXPECT_EQ(answer(), wanted) << "services of our own start are what it undoes";
}

TEST_F(OnFailureAnswer, IsNoneWhereThePolicyHoldsOrNothingIsChanged) {
  policy.on_failure.upgrade.remedy = Remedy::hold;
  EXPECT_TRUE(answer().is_null());
  upgraded();
  EXPECT_FALSE(answer().is_null());
  run.created.verb = "rollback";
  EXPECT_TRUE(answer().is_null()) << "a way back has none of its own";
  run.created.verb = "apply";
  policy.on_failure.upgrade.remedy = Remedy::restore;
  run.stages.back().outcome.evidence = {{std::string(evidence::database_unchanged), Json::object()}};
  EXPECT_TRUE(answer().is_null());
}

TEST_F(OnFailureAnswer, IsOnceOnlyAndLeftToWhoeverIsThere) {
  around.tried = "r0";
  EXPECT_EQ(held(), "run r0 has gone back, or tried to");
  around.tried.reset();
  around.asked_to_stop = true;
  EXPECT_THAT(held(), HasSubstr("somebody asked the run to stop"));
  around.asked_to_stop = false;
  happened(CancelRequested{"uid 0 (root)", Manner::in_order});
  EXPECT_THAT(held(), HasSubstr("somebody asked the run to stop"));
}

TEST_F(OnFailureAnswer, HoldsWhereServicesMayHaveWrittenSinceTheDump) {
  around.units["bot.service"].last_start = begin + 1400ms;
  EXPECT_EQ(held(), "") << "before its stop had ended";
  around.units["bot.service"].last_start = begin + 1600ms;
  EXPECT_THAT(held(), HasSubstr("bot.service may have run since it was stopped"));
  upgraded();
  started(5s, micros(begin + 4s));
  EXPECT_THAT(held(), HasSubstr("bot.service may have run since it was stopped")) << "before our start";
  around.unknown = "ask systemd: no answer";
  EXPECT_EQ(held(), "ask systemd: no answer");
}

TEST_F(OnFailureAnswer, HoldsWhereAnotherProcessStartedTheServices) {
  upgraded();
  started(5s, micros(begin));
  EXPECT_EQ(held(), "");
  around.watched_since = begin + 6s;
  EXPECT_THAT(held(), HasSubstr("since the process that started them ended"));
}

TEST_F(OnFailureAnswer, HoldsWhereTheDumpIsFromBeforeTheLastStop) {
  for (StageRecord& stage : run.stages)
    if (stage.name == "backup") stage.earlier = stage.outcome.evidence;
  EXPECT_THAT(held(), HasSubstr("from before services were last stopped"));
}

TEST_F(OnFailureAnswer, HoldsWhereNobodyKnowsTheCodeOrWhatWasLeft) {
  around.code.reset();
  EXPECT_EQ(held(), "nobody knows which code ran healthy before it");
  happened(StageFinished{
      "upgrade", {Verdict::failed, "", {}, {{std::string(evidence::upgrade_unjudged), Json::object()}}, {}}, {}});
  EXPECT_THAT(held(), HasSubstr("the database did not answer"));
}

TEST_F(OnFailureAnswer, HoldsARunThatOnlyFinishedAnother) {
  happened(FactRecorded{"preflight", "finishes", "r0"});
  EXPECT_THAT(held(), HasSubstr("it only finished what an earlier run had left open"));
}

TEST_F(OnFailureAnswer, DowngradesWholeRevisionsOnly) {
  policy.on_failure = {{Remedy::downgrade, {}}, {Remedy::downgrade, {}}};
  commits("by-revision");
  EXPECT_EQ(answer(), Json::object({{"remedy", "downgrade"}, {"run", "r2"}, {"to", "002"}}));
  commits("anywhere");
  EXPECT_THAT(held(), HasSubstr("a part of a revision may have stayed"));
  upgraded();
  EXPECT_EQ(answer().text_or("to"), "002") << "nothing is half done";
  passed("preflight", {{std::string(evidence::migration_pending), Json::object({{"from", Json::array({"a", "b"})}})}});
  EXPECT_THAT(held(), HasSubstr("began at several revisions"));
  passed("preflight", {{std::string(evidence::migration_pending), Json::object({{"from", Json::array()}})}});
  EXPECT_EQ(answer().text_or("to"), "base");
}

TEST_F(OnFailureAnswer, IsTheLastWordOfTheRunsEnd) {
  const RunFinished end{Result::held, 5, "database at 003; start failed", "mend it"};
  EXPECT_EQ(told_with_answer(end, run), end);
  happened(FactRecorded{"preflight", "on_failure", Json::object({{"remedy", "restore"}, {"held", "no code"}})});
  EXPECT_EQ(told_with_answer(end, run).summary,
            "database at 003; start failed; on_failure: restore was not begun: no code");
  EXPECT_EQ(told_with_answer(end, run).next, "mend it");
  happened(FactRecorded{"preflight", "on_failure", answer()});
  EXPECT_EQ(told_with_answer(end, run).summary, "database at 003; start failed; on_failure: restore, by run r2");
  EXPECT_THAT(told_with_answer(end, run).next, HasSubstr("orchestrate resume r1"));
  EXPECT_FALSE(goes_back(run));
  happened(end);
  EXPECT_TRUE(goes_back(run));
}

}  // namespace
}  // namespace orchestrate
