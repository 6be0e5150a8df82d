#pragma once

#include <string>
#include <vector>

#include "orchestrate/run.hpp"

namespace orchestrate {

using std::chrono::milliseconds;

inline const Time quarter_past_nine = parse_utc("2026-11-20T09:14:03Z");
inline const std::string sample_id = "20261120-091403-7f3a";

struct Ended {
  std::string stage;
  milliseconds elapsed;
  Outcome outcome;
};

inline Outcome passed(std::string summary) {
  return {Verdict::passed, std::move(summary), {}, {}, {}};
}

inline Finding dropped_title() {
  return {.rule = "drop-column",
          .category = "data-loss",
          .severity = Severity::blocks,
          .revision = "004",
          .object = "panels.title",
          .place = {"migrations/versions/004_cleanup.py", 14, 5},
          .source_line = "    op.drop_column(\"panels\", \"title\", schema=\"cfg\")",
          .hazard = "cfg.panels.title holds 50 non-null values",
          .effect = "they are gone after this. The running bot still selects it until it is restarted",
          .remedy = "stop using the column in one release, drop it in the next",
          .file_sha256 = "ab12"};
}

inline Event event_of(EventBody body, milliseconds after = {}) {
  return {0, sample_id, quarter_past_nine + after, std::move(body)};
}

/// A run whose stages ended one after the other.
inline Run run_of(std::vector<std::string> stages, const std::vector<Ended>& ended) {
  const RunCreated created{.app = "magikal-bot",
                           .verb = "apply",
                           .target = "head",
                           .requested_by = "uid 0 (root)",
                           .host = "vps1",
                           .version = "0.1.0",
                           .policy_file = "/etc/orchestrate/magikal-bot.yaml",
                           .policy_sha256 = "c0ffee",
                           .stages = std::move(stages)};
  Run run = apply({}, event_of(created));
  milliseconds at{};
  for (const Ended& end : ended) {
    run = apply(run, event_of(StageStarted{end.stage}, at));
    at += end.elapsed;
    run = apply(run, event_of(StageFinished{end.stage, end.outcome, end.elapsed}, at));
  }
  return run;
}

inline Run finished(Run run, RunFinished end) {
  const Time at = run.last_event_at;
  return apply(std::move(run), {0, sample_id, at, std::move(end)});
}

/// The run that everybody hopes for.
inline Run good_run() {
  Outcome review = passed("1 revision, 2 statements, 1 advice");
  review.findings = {{.rule = "set-lock-timeout", .severity = Severity::advice, .hazard = "no lock_timeout"}};
  review.evidence = {{"migration.pending", Json::object({{"from", Json::array({"002_panels"})},
                                                         {"to", Json::array({"003_tempvc"})},
                                                         {"revisions", Json::array({"003_tempvc"})}})}};
  const Run run = run_of(
      {"preflight", "backup", "review", "rehearsal", "restore_point", "upgrade", "post_check", "restart", "journal"},
      {{"preflight", milliseconds(200), passed("14 checks")},
       {"backup", milliseconds(1400),
        passed("appdb-2026-11-20.dump  54 MiB, 6 h old, restored and counted 12 min ago")},
       {"review", milliseconds(100), review},
       {"rehearsal", milliseconds(3900), passed("003_tempvc 41 ms; cfg.panels locked 6 ms; way back works")},
       {"restore_point", milliseconds(100), passed("commit 8c1d2e4 on main")},
       {"upgrade", milliseconds(300), passed("002_panels -> 003_tempvc")},
       {"post_check", milliseconds(0), passed("current = head = 003_tempvc")},
       {"restart", milliseconds(10400), passed("magikal-bot.service active, stable for 10 s")},
       {"journal", milliseconds(0), passed("37 lines, no errors")}});
  return finished(run, {Result::succeeded, 0, "", "orchestrate rollback " + sample_id});
}

/// Two red flags, stopped before the upgrade.
inline Run blocked_run() {
  Outcome review{Verdict::blocked, "1 red flag", {}, {}, {dropped_title()}};
  const Run run = run_of({"preflight", "review", "upgrade"}, {{"preflight", milliseconds(200), passed("14 checks")},
                                                              {"review", milliseconds(100), review}});
  return finished(run, {Result::blocked, 3, "database at 003_tempvc, checkout and service unchanged",
                        "orchestrate plan magikal-bot"});
}

}  // namespace orchestrate
