#include "gate/decision.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "orchestrate/evidence.hpp"

namespace orchestrate {
namespace {

using namespace std::chrono_literals;
using testing::HasSubstr;
using Kind = Standing::Kind;

const Time now = parse_utc("2026-11-20T09:14:03Z");

/// What is known when somebody asks.
class Decision : public testing::Test {
 protected:
  Decision() {
    policy.app = "bot";
    happened(RunCreated{.app = "bot", .verb = "apply", .target = "head", .stages = {"upgrade", "post_check"}});
  }
  void happened(EventBody body) { run = apply(std::move(run), {0, "r1", now, std::move(body)}); }
  void passed(const std::string& stage, std::string_view evidence) {
    happened(StageFinished{stage, {Verdict::passed, "", {}, {{std::string(evidence), Json::object()}}, {}}, {}});
  }
  GateDecision decide(Kind kind) const { return orchestrate::decide(policy, {kind, "because"}, {run, opening}, now); }

  Policy policy;
  orchestrate::Run run;
  std::optional<GateOpening> opening;
};

TEST_F(Decision, LetsStartOnlyWhatIsCurrent) {
  EXPECT_TRUE(decide(Kind::current).open);
  for (const Kind kind : {Kind::behind, Kind::ahead, Kind::unknown}) EXPECT_FALSE(decide(kind).open);
  EXPECT_EQ(decide(Kind::behind).next, "orchestrate apply bot");
  EXPECT_EQ(decide(Kind::ahead).next, "orchestrate plan bot");
}

TEST_F(Decision, LetsStartWhatThePolicyAllows) {
  policy.gate.behind = GateAnswer::allow;
  EXPECT_TRUE(decide(Kind::behind).open);
  EXPECT_EQ(decide(Kind::behind).why, "because, which gate.behind allows");
  EXPECT_FALSE(decide(Kind::ahead).open);
  EXPECT_FALSE(decide(Kind::unknown).open);
}

TEST_F(Decision, IsClosedFromTheUpgradeToThePostCheckWhateverTheRowsSay) {
  happened(FactRecorded{"upgrade", std::string(fact::database_before), Json::object()});
  EXPECT_FALSE(decide(Kind::current).open);
  passed("upgrade", evidence::upgrade_done);
  EXPECT_THAT(decide(Kind::current).why, HasSubstr("run r1 has begun its upgrade and not checked it"));
  passed("post_check", evidence::migration_current);
  EXPECT_TRUE(decide(Kind::current).open) << "the run itself restarts the service now";
}

TEST_F(Decision, IsClosedWhileAnUpgradeIsHalfDone) {
  happened(FactRecorded{"upgrade", std::string(fact::database_before), Json::object()});
  happened(RunFinished{});
  EXPECT_THAT(decide(Kind::current).next, HasSubstr("orchestrate abort r1"));
  happened(RunAborted{"uid 0", "mended"});
  EXPECT_TRUE(decide(Kind::current).open);
}

TEST_F(Decision, IsOpenWhileAPersonHoldsItOpen) {
  happened(FactRecorded{"upgrade", std::string(fact::database_before), Json::object()});
  opening = GateOpening{now + 1s, "the shop must open", "ana"};
  EXPECT_TRUE(decide(Kind::unknown).open);
  EXPECT_EQ(decide(Kind::unknown).why, "held open until 2026-11-20T09:14:04Z by ana: the shop must open");
  opening->until = now;
  EXPECT_FALSE(decide(Kind::current).open);
}

}  // namespace
}  // namespace orchestrate
