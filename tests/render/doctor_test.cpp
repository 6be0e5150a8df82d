#include "render/doctor.hpp"

#include <gtest/gtest.h>

namespace orchestrate {
namespace {

const std::vector<CheckResult> results = {
    {.name = "project path", .waits_for = {}, .answer = {.obstacles = {}, .advice = {}, .found = "/srv/bot"}},
    {.name = "database", .waits_for = {}, .answer = {.obstacles = {{"no \x1b[31manswer", "start it"}}}},
    {.name = "version table", .waits_for = "database", .answer = {}},
    {.name = "clock", .waits_for = {}, .answer = {.obstacles = {}, .advice = {"nobody keeps it right"}}},
};

TEST(DoctorText, HasALineForEachCheckAndNothingThatATerminalWouldObey) {
  EXPECT_EQ("\n" + doctor_text("bot", results, Style::plain), R"(
bot
  ok    project path   /srv/bot
  FAIL  database
        no \x1b[31manswer
        fix: start it
  -     version table  not made, since database did not pass
  !     clock
        nobody keeps it right
2 of 4 checks did not pass
)");
}

TEST(DoctorText, SaysThatAllPassed) {
  EXPECT_EQ(doctor_text("bot", {results[0]}, Style::plain),
            "bot\n  ok    project path  /srv/bot\nall 1 checks passed\n");
}

TEST(DoctorJson, TellsThatWhichWasNotMadeFromThatWhichPassed) {
  const Json json = doctor_json("bot", results);
  EXPECT_EQ(json["good"], Json(false));
  const auto& checks = json["checks"].as_array();
  EXPECT_EQ(to_text(checks[0]),
            R"({"check":"project path","passed":true,"found":"/srv/bot","problems":[],"advice":[]})");
  EXPECT_EQ(checks[1]["problems"].as_array()[0].text_or("fix"), "start it");
  EXPECT_EQ(checks[2]["passed"], Json(false));
  EXPECT_EQ(checks[2].text_or("waits_for"), "database");
  EXPECT_EQ(checks[3]["passed"], Json(true));
}

}  // namespace
}  // namespace orchestrate
