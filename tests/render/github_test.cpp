#include "render/github.hpp"

#include <gtest/gtest.h>

#include "sample_run.hpp"

namespace orchestrate {
namespace {

TEST(GithubAnnotations, StandAtTheLineWithWhatHappensTheWayOutAndTheFindingsName) {
  const Finding finding{.rule = "drop-column",
                        .severity = Severity::blocks,
                        .revision = "004",
                        .object = "panels.title",
                        .place = {"migrations/versions/004_cleanup.py", 14, 5},
                        .hazard = "the column panels.title is dropped",
                        .effect = "its values are gone",
                        .remedy = "drop it in the next release:\nop.drop_column(...)"};
  EXPECT_EQ(github_annotations({finding}),
            "::error file=migrations/versions/004_cleanup.py,line=14,col=5,title=drop-column::"
            "the column panels.title is dropped%0Aits values are gone%0A"
            "remedy: drop it in the next release:%0Aop.drop_column(...)%0A"
            "finding: 004:drop-column:panels.title\n");
}

TEST(GithubAnnotations, HaveALevelForEachSeverity) {
  Finding finding{.rule = "r", .place = {"a.py", 1, 0}, .hazard = "h"};
  finding.severity = Severity::warning;
  EXPECT_TRUE(github_annotations({finding}).starts_with("::warning file=a.py,line=1,title=r::h"));
  finding.severity = Severity::advice;
  EXPECT_TRUE(github_annotations({finding}).starts_with("::notice file=a.py,line=1,title=r::h"));
}

TEST(GithubAnnotations, OfNoFileHaveOnlyATitle) {
  const Finding finding{.rule = "several-heads", .severity = Severity::blocks, .hazard = "there are several heads"};
  EXPECT_TRUE(github_annotations({finding}).starts_with("::error title=several-heads::there are several heads"));
}

TEST(GithubAnnotations, CannotBeLeftByWhatAMigrationSays) {
  const Finding finding{.rule = "r",
                        .severity = Severity::blocks,
                        .place = {"a,b:c%\n::set-output.py", 1, 1},
                        .hazard = "100%\r\n::stop-commands::x\x1b[2J"};
  const std::string text = github_annotations({finding});
  EXPECT_EQ(text.find('\n'), text.size() - 1) << text;
  EXPECT_EQ(text.find('\r'), std::string::npos);
  EXPECT_EQ(text.find('\x1b'), std::string::npos);
  EXPECT_NE(text.find("file=a%2Cb%3Ac%25 %3A%3Aset-output.py,line=1"), std::string::npos) << text;
  EXPECT_NE(text.find("::100%25"), std::string::npos) << text;
}

TEST(GithubAnnotations, OfNothingAreNothing) {
  EXPECT_EQ(github_annotations({}), "");
}

}  // namespace
}  // namespace orchestrate
