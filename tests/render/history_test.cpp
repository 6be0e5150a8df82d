#include "render/history.hpp"

#include <gtest/gtest.h>

#include "sample_run.hpp"

namespace orchestrate {
namespace {

TEST(History, IsATableOfRuns) {
  const auto held = finished(run_of({"upgrade"}, {}), {Result::held, 5, "", ""});
  EXPECT_EQ("\n" + history_text({run_of({"upgrade"}, {}), held, good_run(), blocked_run()}, Style::plain), R"(
20261120-091403-7f3a  apply  unfinished  0.0 s                             by uid 0 (root)
20261120-091403-7f3a  apply  held        0.0 s                             by uid 0 (root)
20261120-091403-7f3a  apply  done        16.4 s  002_panels -> 003_tempvc  by uid 0 (root)
20261120-091403-7f3a  apply  red flags   0.3 s                             by uid 0 (root)
)");
}

TEST(History, LeavesOutAColumnThatIsEmptyEverywhere) {
  EXPECT_EQ(history_text({blocked_run()}, Style::plain),
            "20261120-091403-7f3a  apply  red flags  0.3 s  by uid 0 (root)\n");
}

TEST(History, SaysWhenThereIsNone) {
  EXPECT_EQ(history_text({}, Style::plain), "no runs yet\n");
}

}  // namespace
}  // namespace orchestrate
