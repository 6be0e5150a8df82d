#include "render/finding.hpp"

#include <gtest/gtest.h>

#include "sample_run.hpp"

namespace orchestrate {
namespace {

TEST(FindingText, OffersNoApprovalOfAdviceNorWithoutAnApplication) {
  Finding advice = dropped_title();
  advice.severity = Severity::advice;
  const std::string blocks = finding_text(dropped_title(), "", Style::plain);
  EXPECT_EQ(blocks.find("accept:"), std::string::npos) << blocks;
  const std::string text = finding_text(advice, "magikal-bot", Style::plain);
  EXPECT_EQ(text.find("accept:"), std::string::npos) << text;
}

TEST(FindingText, OfAWholeFileNamesNoLine) {
  const Finding finding{.rule = "unreadable",
                        .severity = Severity::warning,
                        .place = {"versions/005.py", 0, 0},
                        .hazard = "The file cannot be judged.",
                        .effect = "It may do anything"};
  EXPECT_EQ(finding_text(finding, "bot", Style::plain),
            "versions/005.py  unreadable  [warning]\n"
            "  The file cannot be judged. It may do anything.\n");
}

TEST(FindingText, ShowsTheBeginningOfALineThatNobodyWouldRead) {
  Finding finding = dropped_title();
  finding.source_line = "INSERT INTO panels VALUES (" + std::string(5000, '1') + ")";
  const std::string text = finding_text(finding, "bot", Style::plain);
  EXPECT_NE(text.find("| INSERT INTO panels VALUES (1111"), std::string::npos);
  EXPECT_NE(text.find("111\u2026\n"), std::string::npos);
  EXPECT_LT(text.size(), 2000U);
}

TEST(FindingText, QuotesWhatAPersonPastesIntoAShell) {
  Finding finding = dropped_title();
  finding.object = "it's; reboot";
  const std::string text = finding_text(finding, "bot", Style::plain);
  EXPECT_NE(text.find(R"(approve bot '004:drop-column:it'\''s; reboot' --reason)"), std::string::npos) << text;
}

TEST(FindingText, PaintsPlaceAndSeverity) {
  const Finding finding{.rule = "r", .severity = Severity::blocks, .place = {"a.py", 1, 2}, .source_line = "x"};
  EXPECT_EQ(finding_text(finding, "", Style::colour),
            "\x1b[1ma.py:1:2\x1b[0m  r  \x1b[1;31m[blocks]\x1b[0m\n"
            "  \x1b[2m1 |\x1b[0m x\n");
}

}  // namespace
}  // namespace orchestrate
