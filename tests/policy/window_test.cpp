#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "load.hpp"

namespace orchestrate {
namespace {

using namespace std::chrono_literals;
using testing::ElementsAre;

std::string with_window(const std::string& yaml) {
  return whole + "window: " + yaml + "\n";
}

TEST(PolicyWindow, IsEveryDayUnlessDaysAreNamed) {
  EXPECT_EQ(
      loaded(with_window(night)).policy->window,
      (Window{.days = {true, true, true, true, true, true, true}, .from = 2h, .to = 5h, .timezone = "Europe/Berlin"}));
  EXPECT_EQ(loaded(whole).policy->window, std::nullopt);
}

TEST(PolicyWindow, TakesDaysAndRangesAlsoOverTheWeekend) {
  const auto days = [](const std::string& text) {
    return loaded(with_window("{days: " + text + ", from: 23:30, to: 24:00, timezone: UTC}")).policy->window->days;
  };
  EXPECT_EQ(days("Mon-Fri"), (std::array{true, true, true, true, true, false, false}));
  EXPECT_EQ(days("[Sat-Mon, Wed]"), (std::array{true, false, true, false, false, true, true}));
  EXPECT_EQ(days("Tue-Tue"), (std::array{false, true, false, false, false, false, false}));
}

TEST(PolicyWindow, NamesTheZoneThatWasProbablyMeant) {
  EXPECT_THAT(
      problem_lines(with_window("{from: 02:00, to: 05:00, timezone: Europe/Berln}")),
      ElementsAre("11:44: 'timezone' must be a zone of this host, as in /usr/share/zoneinfo, not 'Europe/Berln'; "
                  "did you mean 'Europe/Berlin'?"));
}

TEST(PolicyWindow, IsNotEmpty) {
  EXPECT_THAT(problem_lines(with_window("{from: 02:00, to: 02:00, timezone: UTC}")),
              ElementsAre("11:27: 'to' is the time of 'from'; for a whole day write 00:00 to 24:00"));
}

}  // namespace
}  // namespace orchestrate
