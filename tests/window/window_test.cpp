#include "window/window.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "orchestrate/error.hpp"

namespace orchestrate {
namespace {

using namespace std::chrono_literals;
using testing::Optional;

Window window(std::array<bool, 7> days, std::chrono::minutes from, std::chrono::minutes to,
              std::string zone = "Europe/Berlin") {
  return {.days = days, .from = from, .to = to, .timezone = std::move(zone)};
}

constexpr std::array<bool, 7> every_day = {true, true, true, true, true, true, true};
constexpr std::array<bool, 7> working_days = {true, true, true, true, true, false, false};
constexpr std::array<bool, 7> sundays = {false, false, false, false, false, false, true};
constexpr std::array<bool, 7> fridays = {false, false, false, false, true, false, false};

std::optional<std::string> closed_at(const Window& window, const char* utc) {
  return closed(std::optional<Window>(window), parse_utc(utc));
}

std::string opening_text(const Window& window, const char* utc) {
  const Opening opening = opening_at(window, parse_utc(utc));
  return utc_text(opening.from) + " " + utc_text(opening.to);
}

TEST(Window, ThatThePolicyDoesNotHaveIsNeverClosed) {
  EXPECT_EQ(closed(std::nullopt, parse_utc("2026-11-26T12:00:00Z")), std::nullopt);
}

TEST(Window, OpensAndClosesByTheClocksOfItsZone) {
  const Window night = window(working_days, 2h, 5h);
  EXPECT_THAT(closed_at(night, "2026-11-26T00:59:59Z"),
              Optional(std::string("the window is closed; it opens Thu 2026-11-26 02:00 CET (Mon-Fri 02:00 to 05:00 "
                                   "Europe/Berlin)")));
  EXPECT_EQ(closed_at(night, "2026-11-26T01:00:00Z"), std::nullopt);
  EXPECT_EQ(closed_at(night, "2026-11-26T03:59:59Z"), std::nullopt);
  EXPECT_NE(closed_at(night, "2026-11-26T04:00:00Z"), std::nullopt);
}

TEST(Window, StaysClosedOnDaysThatItDoesNotName) {
  EXPECT_THAT(closed_at(window(working_days, 2h, 5h), "2026-11-28T02:00:00Z"),  // a Saturday
              Optional(testing::HasSubstr("it opens Mon 2026-11-30 02:00 CET")));
}

TEST(Window, ThatPassesMidnightBelongsToTheDayOnWhichItStarts) {
  const Window late = window(fridays, 23h, 1h);
  EXPECT_NE(closed_at(late, "2026-11-26T23:30:00Z"), std::nullopt);  // Friday, half past midnight: Thursday's would be
  EXPECT_EQ(closed_at(late, "2026-11-27T22:30:00Z"), std::nullopt);
  EXPECT_EQ(closed_at(late, "2026-11-27T23:30:00Z"), std::nullopt);  // Saturday there
  EXPECT_NE(closed_at(late, "2026-11-28T00:00:00Z"), std::nullopt);
}

TEST(Window, OfAWholeDayHasNoGapAtMidnight) {
  const Window always = window(every_day, 0min, 24h);
  EXPECT_EQ(closed_at(always, "2026-11-26T22:59:59Z"), std::nullopt);
  EXPECT_EQ(closed_at(always, "2026-11-26T23:00:00Z"), std::nullopt);
}

TEST(Window, BeginsWithTheLeapWhenTheClocksLeapOverItsStart) {  // 02:00 to 03:00 is no time on that night
  EXPECT_EQ(opening_text(window(sundays, 2h + 30min, 5h), "2026-03-28T12:00:00Z"),
            "2026-03-29T01:00:00Z 2026-03-29T03:00:00Z");
}

TEST(Window, ThatTheClocksLeapOverWaitsForItsNextDay) {
  EXPECT_EQ(opening_text(window(sundays, 2h + 10min, 2h + 50min), "2026-03-28T12:00:00Z"),
            "2026-04-05T00:10:00Z 2026-04-05T00:50:00Z");
}

TEST(Window, HoldsAnHourThatTheClocksShowTwiceBothTimes) {
  EXPECT_EQ(opening_text(window(sundays, 2h, 3h), "2026-10-24T12:00:00Z"), "2026-10-25T00:00:00Z 2026-10-25T02:00:00Z");
}

TEST(Window, SaysUntilWhenItIsOpen) {
  EXPECT_EQ(state_text(window(every_day, 2h, 5h, "America/New_York"), parse_utc("2026-07-01T06:30:00Z")),
            "open until Wed 2026-07-01 05:00 EDT");
}

TEST(Window, OfAZoneThatIsNotThereCannotBeAsked) {
  EXPECT_THROW(closed_at(window(every_day, 2h, 5h, "Europe/Atlantis"), "2026-11-26T12:00:00Z"), Error);
}

}  // namespace
}  // namespace orchestrate
