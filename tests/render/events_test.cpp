#include "render/events.hpp"

#include <gtest/gtest.h>

#include "sample_run.hpp"

namespace orchestrate {
namespace {

TEST(EventsText, HasALineForEachKind) {
  std::vector<Event> events = {
      event_of(RunCreated{
          .app = "magikal-bot", .verb = "apply", .target = "head", .requested_by = "uid 0 (root)", .host = "vps1"}),
      event_of(StageStarted{"upgrade"}), event_of(FactRecorded{"upgrade", "versions", Json::array({"002", "\x1b"})}),
      event_of(StageFinished{"upgrade", passed("002 -> 003\x1b[2J"), milliseconds(300)}),
      event_of(RunFinished{Result::held, 5, "service down", ""})};
  std::int64_t sequence = 8;
  for (Event& event : events) event.sequence = sequence++;
  EXPECT_EQ("\n" + events_text(events), R"(
    8  2026-11-20T09:14:03Z  run-created     apply magikal-bot to head, asked by uid 0 (root) on vps1
    9  2026-11-20T09:14:03Z  stage-started   upgrade
   10  2026-11-20T09:14:03Z  fact-recorded   upgrade: versions = ["002","\u001b"]
   11  2026-11-20T09:14:03Z  stage-finished  upgrade: passed in 0.3 s, 002 -> 003\x1b[2J
   12  2026-11-20T09:14:03Z  run-finished    held, exit 5: service down
)");
}

TEST(LogText, KeepsLinesAndDisarmsEverythingElse) {
  EXPECT_EQ(log_text("INFO ok\r\n\x1b[31mred\x1b[0m\n\ncaf\xe9"), "INFO ok\n\\x1b[31mred\\x1b[0m\n\ncaf\\xe9\n");
  EXPECT_EQ(log_text(""), "");
}

}  // namespace
}  // namespace orchestrate
