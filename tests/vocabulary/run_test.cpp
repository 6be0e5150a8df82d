#include "orchestrate/run.hpp"

#include <gtest/gtest.h>

#include "orchestrate/error.hpp"

namespace orchestrate {
namespace {

const Time nine = parse_utc("2026-11-20T09:00:00Z");

std::vector<Event> two_stages() {
  RunCreated created{.app = "bot", .verb = "apply", .target = "head"};
  created.stages = {"backup", "upgrade"};
  Outcome proven{Verdict::passed, "54 MiB", {}, {{"backup.intact", Json::object({{"sha256", "ab"}})}}, {}};
  return {{1, "r1", nine, created},
          {2, "r1", nine, StageStarted{"backup"}},
          {3, "r1", nine, StageFinished{"backup", proven, std::chrono::milliseconds(1400)}},
          {4, "r1", nine, StageStarted{"upgrade"}},
          {5, "r1", nine, FactRecorded{"upgrade", "version.before", Json::array({"002"})}}};
}

TEST(Run, IsWhatItsEventsTell) {
  const auto run = replay(two_stages());
  EXPECT_EQ(run.id, "r1");
  ASSERT_EQ(run.stages.size(), 2U);
  EXPECT_EQ(run.stages[0].state, StageRecord::State::passed);
  EXPECT_EQ(run.stages[1].state, StageRecord::State::running);
  EXPECT_EQ(run.evidence("backup.intact").text_or("sha256"), "ab");
  EXPECT_EQ(run.fact("version.before"), Json::array({"002"}));
  EXPECT_TRUE(run.evidence("review.passed").is_null());
  EXPECT_FALSE(run.finished);
}

TEST(Run, EveryPrefixOfItsEventsReplays) {
  const auto events = two_stages();
  for (std::size_t size = 0; size <= events.size(); ++size)
    EXPECT_NO_THROW(replay({events.begin(), events.begin() + static_cast<std::ptrdiff_t>(size)}));
}

TEST(Run, ThatIsResumedRemembersWhatItsStagesHadProven) {
  auto run = replay(two_stages());
  const std::vector<Evidence> proven = run.stages[0].outcome.evidence;
  for (int time = 0; time < 2; ++time) {
    run = apply(std::move(run), {6, "r1", nine, RunResumed{.stages = {"backup"}}});
    EXPECT_EQ(run.stages[0], (StageRecord{.name = "backup", .earlier = proven}));
    EXPECT_TRUE(run.evidence("backup.intact").is_null()) << "it has to be proven anew";
  }
}

TEST(Events, SurviveTheirJson) {
  auto events = two_stages();
  events.push_back({6, "r1", nine, RunFinished{Result::held, 5, "database in between", "orchestrate show r1"}});
  for (const Event& event : events) EXPECT_EQ(event_from_json(type_of(event.body), to_json(event.body)), event.body);
}

TEST(Events, OfANewerVersionAreRefusedByName) {
  EXPECT_THROW(event_from_json("stage-teleported", Json::object()), Error);
}

TEST(Times, AreUtcAndSurviveTheirText) {
  EXPECT_EQ(utc_text(nine), "2026-11-20T09:00:00Z");
}

}  // namespace
}  // namespace orchestrate
