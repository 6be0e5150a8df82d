#include "render/status.hpp"

#include <gtest/gtest.h>

#include "sample_run.hpp"

namespace orchestrate {
namespace {

using namespace std::chrono_literals;

std::string screen(const AppStatus& status) {
  return "\n" + status_text(status, quarter_past_nine + 6h + 5min, Style::plain);
}

TEST(Status, TellsTheLastRun) {
  EXPECT_EQ(screen({"magikal-bot", {}, good_run(), {}}), R"(
magikal-bot  idle
  last run  20261120-091403-7f3a  apply  done  6 h ago  002_panels -> 003_tempvc
)");
}

TEST(Status, TellsARunUnderWayAndWarnings) {
  EXPECT_EQ(
      screen({"magikal-bot", run_of({"upgrade"}, {}), blocked_run(), {"magikal-bot.service\x07 would not start"}}),
      R"(
magikal-bot  running
  run       20261120-091403-7f3a  apply  unfinished  6 h ago
  last run  20261120-091403-7f3a  apply  red flags  6 h ago
  warning: magikal-bot.service\x07 would not start
)");
}

TEST(Status, OfAHeldApplicationEndsWithTheNextCommand) {
  const auto held = finished(run_of({"upgrade"}, {}), {Result::held, 5, "", "orchestrate resume " + sample_id});
  EXPECT_EQ(screen({"magikal-bot", {}, held, {}}), R"(
magikal-bot  held
  last run  20261120-091403-7f3a  apply  held  6 h ago
next: orchestrate resume 20261120-091403-7f3a
)");
}

TEST(Status, IsHeldByAnOlderRunThatNobodyHasAnsweredFor) {
  const auto held = finished(run_of({"upgrade"}, {}), {Result::held, 5, "", "orchestrate show " + sample_id});
  EXPECT_EQ(screen({"magikal-bot", {}, blocked_run(), {}, held, {}}), R"(
magikal-bot  held
  last run  20261120-091403-7f3a  apply  red flags  6 h ago
  held      20261120-091403-7f3a  apply  held  6 h ago
next: orchestrate show 20261120-091403-7f3a
)");
}

TEST(Status, WarnsWhenAServiceWouldNotStart) {
  const GateState closed{false, "behind", "the database is at 002, and 003 is pending", "orchestrate apply bot", {}};
  EXPECT_EQ(screen({"bot", {}, {}, {}, {}, closed}), R"(
bot  idle
  no runs yet
  warning: a gated service would not start now: the database is at 002, and 003 is pending; next: orchestrate apply bot
)");
}

TEST(Status, SaysUntilWhenAndWhyAGateIsHeldOpenAndNothingOfOneThatIsOpen) {
  const std::string until = "2026-11-20T10:14:03Z";
  const GateState held{true, "behind", "held open until " + until + " by ana: the shop must open", "", until};
  EXPECT_EQ(screen({"bot", {}, {}, {}, {}, held}), R"(
bot  idle
  no runs yet
  gate      held open until 2026-11-20T10:14:03Z by ana: the shop must open
)");
  const GateState open{true, "current", "the database is at 003", "", {}};
  EXPECT_EQ(screen({"bot", {}, {}, {}, {}, open}), screen({"bot", {}, {}, {}, {}, {}}));
}

TEST(Status, SaysWhenNothingHasHappened) {
  EXPECT_EQ(screen({"magikal-bot", {}, {}, {}}), R"(
magikal-bot  idle
  no runs yet
)");
}

}  // namespace
}  // namespace orchestrate
