#include "render/json.hpp"

#include <gtest/gtest.h>

#include "sample_run.hpp"

namespace orchestrate {
namespace {

TEST(RunJson, HoldsTheWholeRun) {
  const auto run = finished(run_of({"review", "upgrade"}, {{"review", milliseconds(100), passed("1 revision")}}),
                            {Result::nothing_to_do, 0, "at head", ""});
  const std::string expected = R"json(
{
  "schema_version": 1,
  "run": "20261120-091403-7f3a",
  "app": "magikal-bot",
  "verb": "apply",
  "target": "head",
  "requested_by": "uid 0 (root)",
  "host": "vps1",
  "version": "0.1.0",
  "policy_file": "/etc/orchestrate/magikal-bot.yaml",
  "policy_sha256": "c0ffee",
  "started_at": "2026-11-20T09:14:03Z",
  "last_event_at": "2026-11-20T09:14:03Z",
  "finished": {
    "result": "nothing-to-do",
    "exit_code": 0,
    "summary": "at head",
    "next": ""
  },
  "stages": [
    {
      "name": "review",
      "state": "passed",
      "started_at": "2026-11-20T09:14:03Z",
      "facts": {},
      "elapsed_ms": 100,
      "outcome": {
        "verdict": "passed",
        "summary": "1 revision",
        "details": [],
        "evidence": [],
        "findings": [],
        "next": ""
      }
    },
    {
      "name": "upgrade",
      "state": "waiting"
    }
  ]
}
)json";
  EXPECT_EQ("\n" + to_pretty_text(run_json(run)) + "\n", expected);
}

TEST(Json, HasASchemaVersionAtEveryTop) {
  const AppStatus status{"magikal-bot", {}, good_run(), {}};
  for (const Json& json : {run_json(good_run()), history_json({good_run()}), status_json(status), events_json({}),
                           findings_json({dropped_title()})}) {
    ASSERT_EQ(json.as_object().front().first, "schema_version");
    EXPECT_EQ(json["schema_version"], Json(1));
  }
}

TEST(HistoryJson, HasTheVersionsAndTheEndOfEachRun) {
  const Json runs = history_json({good_run(), run_of({"upgrade"}, {})})["runs"];
  EXPECT_EQ(to_text(runs.as_array().at(0)["versions"]), R"({"before":["002_panels"],"target":["003_tempvc"]})");
  EXPECT_TRUE(runs.as_array().at(1)["finished"].is_null());
  EXPECT_TRUE(runs.as_array().at(1)["versions"].is_null());
}

TEST(StatusJson, IsNullWhereNothingIs) {
  EXPECT_EQ(to_text(status_json({"bot", {}, {}, {"restart owed"}})),
            R"({"schema_version":1,"app":"bot","state":"idle","unfinished":null,"last":null,"held":null,)"
            R"("warnings":["restart owed"],"gate":null})");
}

TEST(StatusJson, HasWhatTheGateSays) {
  AppStatus status{.app = "bot"};
  status.gate = GateState{false, "behind", "003 is pending", "orchestrate apply bot", {}};
  EXPECT_EQ(to_text(status_json(status)["gate"]),
            R"({"open":false,"standing":"behind","why":"003 is pending","next":"orchestrate apply bot",)"
            R"("held_until":null})");
}

}  // namespace
}  // namespace orchestrate
