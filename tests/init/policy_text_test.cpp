#include "init/policy_text.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "host.hpp"
#include "policy/policy_loader.hpp"
#include "stages/catalog.hpp"

namespace orchestrate::init {
namespace {

using testing::HasSubstr;

TEST(PolicyText, OfAnEmptyDirectoryIsAPolicyOnceItsMarkedLinesAreFilledIn) {
  const Host host;
  Survey survey = host.look();
  survey.user.reset();  // the owner of the directory, unless that is root
  if (!survey.gap(Blank::user)) survey.gaps.push_back({Blank::user, "user", "nobody knows"});
  const std::string text = policy_text(survey);
  for (const char* mark :
       {"user: ", "command: ", "versions: ", "database_url: ", "services: ", "- restart: ", "- journal: "})
    EXPECT_THAT(text, HasSubstr(std::string(fill_in) + mark));
  EXPECT_FALSE(parse_policy(text, "x.yaml", stage_kinds()).policy);
  const std::string filled = without_marks(text);
  const auto loaded = parse_policy(filled, "x.yaml", stage_kinds());
  for (const Problem& problem : loaded.problems) ADD_FAILURE() << problem_text(problem, "x.yaml", filled);
  ASSERT_TRUE(loaded.policy);
  EXPECT_TRUE(std::holds_alternative<Plan>(make_plan(*loaded.policy, stage_kinds())));
}

TEST(PolicyText, RehearsesWhereTheHostHasTheProgramsForIt) {
  const Host host;
  EXPECT_THAT(policy_text(host.look()), HasSubstr("\n  # - rehearsal: { max_lock: 2s }"));
  host.write("bwrap", "");
  EXPECT_THAT(policy_text(host.look()), HasSubstr("\n  # - rehearsal: { max_lock: 2s }"));
  host.write("postgresql/15/bin/initdb", "");
  EXPECT_THAT(policy_text(host.look()), HasSubstr("\n  - rehearsal: { max_lock: 2s }"));
}

TEST(PolicyText, KeepsLinesWithinTheWidthOfAScreen) {
  const Host host;
  host.take_project("magikal", "/home/magikalbot/magikal-bot", "etc/magikal-bot.env");
  std::istringstream lines(policy_text(host.look()));
  for (std::string line; std::getline(lines, line);)
    EXPECT_TRUE(line.size() <= 120 || line.find('#') == std::string::npos) << line;
}

TEST(PolicyText, QuotesPathsThatYamlWouldReadOtherwise) {
  Survey survey;
  survey.project = "/srv/a b: #c";
  survey.app = "x";
  survey.user = {"me", {}};
  survey.upgrade = Upgrade{.command = {"bin/py\"thon", "-m", "{target}"}};
  survey.versions = {"m, n"};
  survey.gaps = {{Blank::database_url, "", "none"}, {Blank::services, "", "none"}};
  const auto loaded = parse_policy(without_marks(policy_text(survey)), "x.yaml", stage_kinds());
  ASSERT_THAT(loaded.problems, testing::SizeIs(1));  // {target} is not for Alembic's own command line
  EXPECT_THAT(loaded.problems.front().message, HasSubstr("{target}"));
}

}  // namespace
}  // namespace orchestrate::init
