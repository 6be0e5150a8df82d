#include "render/run.hpp"

#include <gtest/gtest.h>

#include "render/result.hpp"
#include "sample_run.hpp"

namespace orchestrate {
namespace {

std::string screen(const Run& run, Depth depth = Depth::screen) {
  return "\n" + run_text(run, Style::plain, depth) + run_result_text(run, Style::plain);
}

TEST(RunScreen, ShowsAGoodRunOnOneScreen) {
  EXPECT_EQ(screen(good_run()), R"(
magikal-bot  run 20261120-091403-7f3a  002_panels -> 003_tempvc
  ok  preflight        0.2 s  14 checks
  ok  backup           1.4 s  appdb-2026-11-20.dump  54 MiB, 6 h old, restored and counted 12 min ago
  !   review           0.1 s  1 revision, 2 statements, 1 advice
  ok  rehearsal        3.9 s  003_tempvc 41 ms; cfg.panels locked 6 ms; way back works
  ok  restore point    0.1 s  commit 8c1d2e4 on main
  ok  upgrade          0.3 s  002_panels -> 003_tempvc
  ok  post-check       0.0 s  current = head = 003_tempvc
  ok  restart         10.4 s  magikal-bot.service active, stable for 10 s
  ok  journal          0.0 s  37 lines, no errors
done in 16.4 s.
next: orchestrate rollback 20261120-091403-7f3a
)");
}

TEST(RunScreen, ShowsRedFlagsWithTheWayOut) {
  EXPECT_EQ(screen(blocked_run()), R"(
magikal-bot  run 20261120-091403-7f3a
  ok  preflight        0.2 s  14 checks
  FAIL review          0.1 s  1 red flag
    migrations/versions/004_cleanup.py:14:5  drop-column  [blocks]
      14 |     op.drop_column("panels", "title", schema="cfg")
      cfg.panels.title holds 50 non-null values; they are gone after this. The running bot still selects it until it is restarted.
      remedy: stop using the column in one release, drop it in the next.   accept: orchestrate approve magikal-bot 004:drop-column:panels.title --reason "..."
stopped before the upgrade: database at 003_tempvc, checkout and service unchanged. Exit 3.
next: orchestrate plan magikal-bot
)");
}

TEST(RunScreen, ShowsWhatFailedAndLongStagesBelowEachOther) {
  const Outcome failed{Verdict::failed,
                       "1 of 14 checks failed",
                       {"env file /etc/magikal-bot.env: Permission denied; chmod g+r it\nsecond line"},
                       {},
                       {}};
  const auto run = run_of({"backup", "preflight", "upgrade"}, {{"backup", milliseconds(123'000), passed("120 GiB")},
                                                               {"preflight", milliseconds(4'000'000), failed}});
  EXPECT_EQ(screen(finished(run, {Result::failed_unchanged, 1, "nothing changed", ""})), R"(
magikal-bot  run 20261120-091403-7f3a
  ok  backup      2 min 03 s  120 GiB
  FAIL preflight  1 h 06 min  1 of 14 checks failed
    env file /etc/magikal-bot.env: Permission denied; chmod g+r it
    second line
stopped before the upgrade: nothing changed. Exit 1.
)");
}

TEST(RunScreen, ShowsAcceptedRedFlagsAndOnDemandEverything) {
  Outcome review = passed("1 revision");
  review.details = {"graph read in 3 ms"};
  review.findings = {dropped_title(), {.rule = "set-lock-timeout", .hazard = "no lock_timeout"}};
  review.findings[0].approved_by = "uid 0 (root): the title moved";
  const auto run =
      finished(run_of({"review"}, {{"review", milliseconds(100), review}}), {Result::succeeded, 0, "", ""});
  EXPECT_EQ(screen(run), R"(
magikal-bot  run 20261120-091403-7f3a
  !   review           0.1 s  1 revision
    migrations/versions/004_cleanup.py:14:5  drop-column  [blocks]
      14 |     op.drop_column("panels", "title", schema="cfg")
      cfg.panels.title holds 50 non-null values; they are gone after this. The running bot still selects it until it is restarted.
      accepted by uid 0 (root): the title moved
      remedy: stop using the column in one release, drop it in the next.
done in 0.1 s.
)");
  EXPECT_EQ(screen(run, Depth::everything), R"(
magikal-bot  run 20261120-091403-7f3a
  !   review           0.1 s  1 revision
    graph read in 3 ms
    migrations/versions/004_cleanup.py:14:5  drop-column  [blocks]
      14 |     op.drop_column("panels", "title", schema="cfg")
      cfg.panels.title holds 50 non-null values; they are gone after this. The running bot still selects it until it is restarted.
      accepted by uid 0 (root): the title moved
      remedy: stop using the column in one release, drop it in the next.
    set-lock-timeout  [advice]
      no lock_timeout.
done in 0.1 s.
)");
}

TEST(RunScreen, ShowsHowFarAnUnfinishedRunGot) {
  auto run = run_of({"backup", "upgrade", "restart"}, {{"backup", milliseconds(1400), passed("54 MiB")}});
  run = apply(run, event_of(StageStarted{"upgrade"}, milliseconds(1500)));
  EXPECT_EQ(screen(run), R"(
magikal-bot  run 20261120-091403-7f3a
  ok  backup           1.4 s  54 MiB
  ..  upgrade
  -   restart
not finished: last event at 2026-11-20T09:14:04Z, in upgrade.
)");
}

TEST(RunScreen, TakesTheVersionsFromTheFactAndNamesAnEmptyDatabaseBase) {
  auto run = run_of({"upgrade"}, {});
  run = apply(run, event_of(FactRecorded{
                       "upgrade", "versions",
                       Json::object({{"before", Json::array()}, {"target", Json::array({"003_tempvc", "a1b2"})}})}));
  EXPECT_EQ(run_header(run, Style::plain), "magikal-bot  run 20261120-091403-7f3a  base -> 003_tempvc, a1b2\n");
}

TEST(RunScreen, WidensForALongStageName) {
  const auto run = run_of(
      {"notify_everybody_on_call", "x"},
      {{"notify_everybody_on_call", milliseconds(100), passed("done")}, {"x", milliseconds(10'000), passed("done")}});
  EXPECT_EQ("\n" + run_text(finished(run, {Result::succeeded, 0, "", ""}), Style::plain), R"(
magikal-bot  run 20261120-091403-7f3a
  ok  notify everybody on call    0.1 s  done
  ok  x                          10.0 s  done
)");
}

TEST(RunScreen, LetsNoChildOrFileCommandTheTerminal) {
  Outcome outcome{Verdict::failed, "title \x1b]0;owned\x07", {"\x1b[2J\rok  all is well"}, {}, {dropped_title()}};
  outcome.findings[0].source_line = "x = '\u202e evil'";
  outcome.findings[0].object = "panels.title; rm -rf /";
  const auto run = run_of({"up\x1b[31mgrade"}, {{"up\x1b[31mgrade", milliseconds(0), outcome}});
  const std::string text = screen(finished(run, {Result::held, 5, "at \x9b", "show\r"}));
  EXPECT_EQ(text, R"(
magikal-bot  run 20261120-091403-7f3a
  FAIL up\x1b[31mgrade   0.0 s  title \x1b]0;owned\x07
    \x1b[2J\x0dok  all is well
    migrations/versions/004_cleanup.py:14:5  drop-column  [blocks]
      14 | x = '\u202e evil'
      cfg.panels.title holds 50 non-null values; they are gone after this. The running bot still selects it until it is restarted.
      remedy: stop using the column in one release, drop it in the next.   accept: orchestrate approve magikal-bot '004:drop-column:panels.title; rm -rf /' --reason "..."
held: at \x9b. Exit 5.
next: show\x0d
)");
}

TEST(RunScreen, ColoursOnlyWhatCarriesMeaning) {
  const auto run = run_of({"backup"}, {{"backup", milliseconds(1400), passed("54 MiB")}});
  EXPECT_EQ(run_text(run, Style::colour),
            "\x1b[1mmagikal-bot\x1b[0m  run 20261120-091403-7f3a\n"
            "  \x1b[32mok\x1b[0m  backup           1.4 s  54 MiB\n");
}

}  // namespace
}  // namespace orchestrate
