#include "render/review.hpp"

#include <gtest/gtest.h>

#include "sample_run.hpp"

namespace orchestrate {
namespace {

TEST(ReviewText, ShowsEachFindingBelowTheStagesLine) {
  const std::string text = review_text("1 red flag", {dropped_title()}, {}, Style::plain);
  EXPECT_TRUE(text.starts_with("  FAIL review    1 red flag\n    " + dropped_title().place.file + ":")) << text;
  EXPECT_NE(text.find("accept: orchestrate approve APP 004:drop-column:"), std::string::npos) << text;
  EXPECT_TRUE(text.ends_with("edit what is flagged, or accept each red flag as it says. Exit 3.\n")) << text;
}

TEST(ReviewText, OfAdviceAloneIsNoFailure) {
  Finding advice = dropped_title();
  advice.severity = Severity::advice;
  const std::string text = review_text("1 revision, 2 statements, 1 advice", {advice}, {}, Style::plain);
  EXPECT_TRUE(text.starts_with("  !   review     1 revision")) << text;
  EXPECT_EQ(text.find("Exit 3"), std::string::npos) << text;
}

TEST(ReviewText, OfNothingIsOneLine) {
  EXPECT_EQ(review_text("1 revision, 2 statements", {}, {}, Style::plain),
            "  ok  review     1 revision, 2 statements\n");
}

TEST(ReviewText, BeginsWithWhatIsLocked) {
  EXPECT_EQ(review_text("1 revision", {}, {"cfg.panels: SHARE", "x"}, Style::plain),
            "  ok  review     1 revision\n    locks cfg.panels: SHARE\n    locks x\n");
}

}  // namespace
}  // namespace orchestrate
