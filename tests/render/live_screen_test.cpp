#include "render/live_screen.hpp"

#include <gtest/gtest.h>

#include "sample_run.hpp"

namespace orchestrate {
namespace {

using namespace std::chrono_literals;

/// Bytes that a screen wrote, with the sequences of its running line in words.
class Recorded {
 public:
  LiveScreen::Sink sink() {
    return [this](std::string_view text) { text_ += text; };
  }
  /// What was written since the last call.
  std::string take() {
    std::string text = std::exchange(text_, {});
    for (const auto& [from, to] : {std::pair("\r\x1b[J", "<erase>"), std::pair("\r", "<home>")})
      for (std::size_t at; (at = text.find(from)) != std::string::npos;)
        text.replace(at, std::string_view(from).size(), to);
    return text;
  }

 private:
  std::string text_;
};

Run upgrading(std::chrono::milliseconds since = 200ms) {
  auto run = run_of({"preflight", "upgrade"}, {{"preflight", milliseconds(200), passed("14 checks")}});
  return apply(run, event_of(StageStarted{"upgrade"}, since));
}

Run upgraded() {
  const auto run = apply(upgrading(), event_of(StageFinished{"upgrade", passed("002 -> 003"), 300ms}, 500ms));
  return finished(run, {Result::succeeded, 0, "", ""});
}

class LiveScreenOnATerminal : public testing::Test {
 protected:
  Recorded recorded_;
  std::size_t columns_ = 80;
  LiveScreen screen_{recorded_.sink(), [this] { return columns_; }, Style::colour};
};

TEST_F(LiveScreenOnATerminal, PrintsFinishedLinesOnceAndRedrawsTheRunningOne) {
  screen_.show(upgrading());
  EXPECT_EQ(recorded_.take(),
            "\x1b[1mmagikal-bot\x1b[0m  run 20261120-091403-7f3a\n"
            "  \x1b[32mok\x1b[0m  preflight        0.2 s  14 checks\n"
            "<erase>  |   upgrade          0.0 s<home>");
  screen_.tick(quarter_past_nine + 1200ms);
  EXPECT_EQ(recorded_.take(), "<erase>  /   upgrade          1.0 s<home>");
  screen_.progress("upgrade", "54 MiB of 120 MiB, 12 MiB/s");
  EXPECT_EQ(recorded_.take(), "<erase>  /   upgrade          1.0 s  54 MiB of 120 MiB, 12 MiB/s<home>");
  screen_.show(upgraded());
  EXPECT_EQ(recorded_.take(),
            "<erase>  \x1b[32mok\x1b[0m  upgrade          0.3 s  002 -> 003\n"
            "\x1b[32mdone in 0.5 s\x1b[0m.\n");
  screen_.show(upgraded());
  screen_.tick(quarter_past_nine + 5s);
  EXPECT_EQ(recorded_.take(), "") << "a finished run is drawn no more";
}

TEST_F(LiveScreenOnATerminal, DrawsNothingWhenNothingChanged) {
  screen_.show(upgrading());
  recorded_.take();
  screen_.show(upgrading());
  EXPECT_EQ(recorded_.take(), "");
}

TEST_F(LiveScreenOnATerminal, KeepsTheRunningLineWithinTheWidthOfTheMoment) {
  screen_.show(upgrading());
  recorded_.take();
  columns_ = 40;
  screen_.progress("upgrade", "a line that is far too long for this");
  EXPECT_EQ(recorded_.take(), "<erase>  |   upgrade          0.0 s  a line t…<home>");
  columns_ = 20;
  screen_.tick(quarter_past_nine + 1200ms);
  EXPECT_EQ(recorded_.take(), "<erase>  /   upgrade     …<home>");
  columns_ = 0;
  screen_.tick(quarter_past_nine + 1300ms);
  EXPECT_EQ(recorded_.take(), "<erase><home>") << "a terminal that does not tell its width";
}

TEST_F(LiveScreenOnATerminal, DisarmsProgressFromAChild) {
  screen_.show(upgrading());
  recorded_.take();
  screen_.progress("upgrade", "\x1b[2Jgone\r\n");
  EXPECT_EQ(recorded_.take(), "<erase>  |   upgrade          0.0 s  \\x1b[2Jgone\\x0d <home>");
}

TEST(LiveScreen, LeavesACleanTerminalWhenItGoesInMidRun) {
  Recorded recorded;
  {
    LiveScreen screen(recorded.sink(), [] { return 80U; }, Style::colour);
    screen.show(upgrading());
    recorded.take();
  }
  EXPECT_EQ(recorded.take(), "<erase>");
}

TEST(LiveScreen, ShowsVersionsInTheHeaderOnceTheFirstStageKnowsThem) {
  Recorded recorded;
  LiveScreen screen(recorded.sink(), [] { return 80U; }, Style::plain);
  auto run = apply(run_of({"preflight"}, {}), event_of(StageStarted{"preflight"}));
  screen.show(run);
  EXPECT_EQ(recorded.take(), "");
  Outcome outcome = passed("14 checks");
  outcome.evidence = {
      {"migration.pending", Json::object({{"from", Json::array({"002"})}, {"to", Json::array({"003"})}})}};
  screen.show(apply(run, event_of(StageFinished{"preflight", outcome, 200ms})));
  EXPECT_EQ(recorded.take(),
            "magikal-bot  run 20261120-091403-7f3a  002 -> 003\n"
            "  ok  preflight        0.2 s  14 checks\n");
}

TEST(LiveScreenInALog, IsTheSameTextAsTheScreenAfterwards) {
  Recorded recorded;
  LiveScreen screen(recorded.sink(), [] { return 80U; }, Style::plain);
  screen.show(upgrading());
  screen.progress("upgrade", "54 MiB");
  screen.tick(quarter_past_nine + 400ms);
  screen.show(upgraded());
  EXPECT_EQ("\n" + recorded.take(), R"(
magikal-bot  run 20261120-091403-7f3a
  ok  preflight        0.2 s  14 checks
  ok  upgrade          0.3 s  002 -> 003
done in 0.5 s.
)");
}

TEST(LiveScreenInALog, ShowsThatALongStageIsAliveButNotTooOften) {
  Recorded recorded;
  LiveScreen screen(recorded.sink(), [] { return 80U; }, Style::plain);
  screen.show(upgrading(0ms));
  recorded.take();
  screen.progress("upgrade", "54 MiB");
  for (auto after = 0s; after <= 170s; after += 1s) screen.tick(quarter_past_nine + after);
  EXPECT_EQ("\n" + recorded.take(), R"(
  ..  upgrade         10.0 s  54 MiB
  ..  upgrade         20.0 s  54 MiB
  ..  upgrade         40.0 s  54 MiB
  ..  upgrade     1 min 20 s  54 MiB
  ..  upgrade     2 min 20 s  54 MiB
)");
}

}  // namespace
}  // namespace orchestrate
