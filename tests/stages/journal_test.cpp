#include "stages/journal.hpp"

#include <gmock/gmock.h>

#include "orchestrate/evidence.hpp"
#include "stages/bench.hpp"
#include "system/written_clock.hpp"

namespace orchestrate {
namespace {

using namespace std::chrono_literals;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;

std::vector<JournalLine> lines(const std::vector<std::string>& texts) {
  std::vector<JournalLine> written;
  for (const std::string& text : texts) written.push_back({.at = {}, .text = text});
  return written;
}

/// bot.service was restarted: `old` became `new`.
class JournalTail : public testing::Test {
 protected:
  JournalTail() {
    settings.set("lines", std::int64_t{120}, {});
    settings.set("fail_on", std::vector<std::string>{"Traceback", "CRITICAL"}, {});
    for (const char* unit : {"bot.service", "web.service"}) bench.services.units[unit] = {.standard_output = "journal"};
    restarted({"bot.service"});
  }
  void restarted(const std::vector<std::string>& units) {
    Json healthy = Json::object();
    for (const std::string& unit : units) healthy.set(unit, "new");
    bench.prove({{std::string(evidence::services_healthy), std::move(healthy)}});
    for (const std::string& unit : units)
      bench.so_far.stages.back().facts["service.before:" + unit] = Json::object({{"invocation_id", "old"}});
  }
  std::vector<JournalLine>& written(const std::string& invocation, const std::string& unit = "bot.service") {
    return bench.journal.written[{unit, invocation}];
  }
  /// From now on time passes only while somebody waits.
  WrittenClock& clock() {
    auto written = std::make_unique<WrittenClock>();
    WrittenClock& clock = *written;
    bench.clock = std::move(written);
    return clock;
  }
  Outcome read() { return bench.run(journal_stage, settings); }

  StageBench bench;
  Settings settings;
};

TEST_F(JournalTail, PassesWithoutErrors) {
  written("new") = lines({"Started Bot.", "connected"});
  const Outcome outcome = read();
  EXPECT_EQ(outcome.verdict, Verdict::passed);
  EXPECT_EQ(outcome.summary, "2 lines, no errors");
}

TEST_F(JournalTail, FailsOnAnErrorThatIsNews) {
  written("old") = lines({"Started Bot.", "CRITICAL: no token"});
  written("new") = lines({"Started Bot.", "Traceback (most recent call last):", "CRITICAL: no column title"});
  const Outcome outcome = read();
  EXPECT_EQ(outcome.verdict, Verdict::failed);
  EXPECT_EQ(outcome.summary, "bot.service wrote 2 error lines since its restart");
  EXPECT_THAT(outcome.details, ElementsAre("Traceback (most recent call last):", "CRITICAL: no column title"));
  EXPECT_EQ(outcome.next,
            "journalctl -u bot.service -n 120 --no-pager, mend it, then: orchestrate apply bot  (it "
            "finishes the restart that is owed)");
}

TEST_F(JournalTail, ForgivesAnErrorThatTheServiceAlwaysWroteWithOtherNumbers) {
  written("old") = lines({"09:14:03 CRITICAL: guild 4711 is unknown"});
  written("new") = lines({"10:02:59 CRITICAL: guild 815 is unknown", "connected"});
  const Outcome outcome = read();
  EXPECT_EQ(outcome.verdict, Verdict::passed);
  EXPECT_EQ(outcome.summary, "2 lines, 1 error that it also wrote before the restart");
}

TEST_F(JournalTail, ForgivesNothingOfAServiceThatNeverRanBefore) {
  bench.so_far.stages.back().facts["service.before:bot.service"] = Json::object({{"invocation_id", ""}});
  written("") = lines({"CRITICAL: no token"});
  written("new") = lines({"CRITICAL: no token"});
  EXPECT_EQ(read().verdict, Verdict::failed);
}

TEST_F(JournalTail, ShowsFiveOfManyErrors) {
  for (const char* word : {"a", "b", "c", "d", "e", "f", "g"})
    written("new").push_back({.at = {}, .text = std::string("CRITICAL ") + word});
  const Outcome outcome = read();
  EXPECT_EQ(outcome.summary, "bot.service wrote 7 error lines since its restart");
  EXPECT_EQ(outcome.details.size(), 5U);
}

TEST_F(JournalTail, LooksAtTheNewestLinesOnly) {
  settings.set("lines", std::int64_t{1}, {});
  written("new") = lines({"CRITICAL: no token", "connected"});
  EXPECT_EQ(read().summary, "1 line, no errors");
}

TEST_F(JournalTail, WaitsForAJournaldThatIsBehind) {
  clock().happens.emplace(4900ms, [this] { written("new") = lines({"Started Bot.", "connected"}); });
  EXPECT_EQ(read().summary, "2 lines, no errors");
}

TEST_F(JournalTail, DoesNotTakeSilenceForHealth) {
  clock();
  const Outcome outcome = read();
  EXPECT_EQ(outcome.verdict, Verdict::failed);
  EXPECT_EQ(outcome.summary, "the journal has nothing of bot.service since its restart, not even that it was started");
  EXPECT_THAT(outcome.details, ElementsAre("fix: see whether journald keeps up: systemctl status systemd-journald"));
}

TEST_F(JournalTail, ReadsNothingOfAServiceThatWritesElsewhere) {
  written("new") = lines({"Started Bot."});  // by PID 1
  bench.services.units["bot.service"].standard_output = "file:/var/log/bot.log";
  const Outcome outcome = read();
  EXPECT_EQ(outcome.verdict, Verdict::failed);
  EXPECT_EQ(outcome.summary, "bot.service writes nothing to the journal, so nothing is known of its errors");
  EXPECT_THAT(outcome.details,
              ElementsAre("fix: its StandardOutput is 'file:/var/log/bot.log': send it to the journal, "
                          "or remove the journal stage"));
}

TEST_F(JournalTail, FailsWhenItMayNotRead) {
  bench.journal.may_be_read = false;
  written("new") = lines({"connected"});
  const Outcome outcome = read();
  EXPECT_EQ(outcome.verdict, Verdict::failed);
  EXPECT_THAT(outcome.details, ElementsAre("fix: run as root, or add bot to group systemd-journal"));
}

TEST_F(JournalTail, ReadsEachServiceThatWasRestarted) {
  restarted({"bot.service", "web.service"});
  written("new") = lines({"connected"});
  written("new", "web.service") = lines({"listening", "ready"});
  EXPECT_EQ(read().summary, "3 lines, no errors");
  written("old") = lines({"CRITICAL: no token"});  // of the other service
  written("new", "web.service").push_back({.at = {}, .text = "CRITICAL: no token"});
  EXPECT_EQ(read().summary, "web.service wrote 1 error line since its restart");
}

}  // namespace
}  // namespace orchestrate
