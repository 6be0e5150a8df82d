#include "review/allowance.hpp"

#include <gtest/gtest.h>

namespace orchestrate {
namespace {

Finding dropped(std::string object) {
  return {.rule = "drop-column",
          .category = "data-loss",
          .severity = Severity::blocks,
          .revision = "004",
          .object = std::move(object),
          .file_sha256 = "ab"};
}

Allowance allowance(std::string object = {}, std::string until = {}) {
  return {"drop-column", "004", std::move(object), "nobody reads it", std::move(until), {"bot.yaml", 40, 11}};
}

std::vector<Finding> allowed(std::vector<Finding> findings, const Allowance& one) {
  allow(findings, {one}, "2026-11-27");
  return findings;
}

TEST(Allowance, AcceptsWhatItNamesForItsReason) {
  const auto findings = allowed({dropped("panels.title"), dropped("panels.color")}, allowance());
  ASSERT_EQ(findings.size(), 2U);
  for (const Finding& finding : findings) {
    EXPECT_FALSE(open_red_flag(finding));
    EXPECT_EQ(finding.severity, Severity::warning);
    EXPECT_EQ(finding.approved_by, "the policy: nobody reads it");
  }
}

TEST(Allowance, MayNameOneObject) {
  const auto findings = allowed({dropped("panels.title"), dropped("panels.color")}, allowance("panels.color"));
  EXPECT_TRUE(open_red_flag(findings[0]));
  EXPECT_FALSE(open_red_flag(findings[1]));
}

TEST(Allowance, IsOfOneRevisionAndOneRule) {
  Allowance other = allowance();
  other.revision = "005";
  EXPECT_TRUE(open_red_flag(allowed({dropped("panels.title")}, other)[0]));
  other = allowance();
  other.rule = "drop-table";
  EXPECT_TRUE(open_red_flag(allowed({dropped("panels.title")}, other)[0]));
}

TEST(Allowance, EndsAfterItsLastDay) {
  EXPECT_FALSE(open_red_flag(allowed({dropped("panels.title")}, allowance("", "2026-11-27"))[0]));
  const auto findings = allowed({dropped("panels.title")}, allowance("", "2026-11-26"));
  ASSERT_EQ(findings.size(), 2U);
  EXPECT_TRUE(open_red_flag(findings[0]));
  EXPECT_EQ(findings[1].rule, "suppression");
  EXPECT_EQ(findings[1].severity, Severity::warning);
  EXPECT_EQ(findings[1].hazard, "the policy allowed it until 2026-11-26");
  EXPECT_EQ(findings[1].place, (Place{"bot.yaml", 40, 11}));
}

TEST(Allowance, ThatNothingNeedsIsAFinding) {
  const auto findings = allowed({}, allowance("panels.title"));
  ASSERT_EQ(findings.size(), 1U);
  EXPECT_EQ(findings[0].id(), "004:suppression:drop-column:panels.title");
  EXPECT_EQ(findings[0].severity, Severity::advice);
}

}  // namespace
}  // namespace orchestrate
