#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <random>

#include "orchestrate/json.hpp"
#include "project.hpp"
#include "review/graph.hpp"

namespace orchestrate {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;

std::vector<std::string> order(const RevisionGraph& graph, const std::vector<std::string>& applied,
                               std::string_view target) {
  const Pending pending = graph.pending(applied, target);
  if (std::holds_alternative<Finding>(pending)) return {"refused"};
  std::vector<std::string> ids;
  for (const Revision* revision : std::get<0>(pending)) ids.push_back(revision->id);
  return ids;
}

Finding refusal(const RevisionGraph& graph, const std::vector<std::string>& applied, std::string_view target) {
  const Pending pending = graph.pending(applied, target);
  return std::holds_alternative<Finding>(pending) ? std::get<Finding>(pending) : Finding{};
}

struct Query {
  std::vector<std::string> applied;
  std::string target;
};

std::string text(const Query& query) {
  std::string applied;
  for (const std::string& row : query.applied) applied += (applied.empty() ? "" : ",") + row;
  return applied + ":" + query.target;
}

/// Compares heads and upgrade orders with Alembic's own.
void expect_alembic_agrees(const Project& project, const std::vector<Query>& queries) {
  const RevisionGraph graph = read_revisions({project.versions()});
  ASSERT_THAT(graph.problems, IsEmpty());
  std::vector<std::string> arguments{project.versions().string()};
  for (const Query& query : queries) arguments.push_back(text(query));
  const Json alembic = parse_json(python("alembic_oracle.py", arguments));

  auto heads = graph.heads(), rows = graph.rows_at_heads();
  std::ranges::sort(heads);
  std::ranges::sort(rows);
  EXPECT_EQ(heads, alembic["heads"].as_strings());
  EXPECT_EQ(rows, alembic["rows"].as_strings());
  for (std::size_t i = 0; i < queries.size(); ++i) {
    const Json& theirs = alembic["orders"].as_array()[i];
    const auto expected = theirs.is_string() ? std::vector<std::string>{"refused"} : theirs.as_strings();
    EXPECT_EQ(order(graph, queries[i].applied, queries[i].target), expected) << text(queries[i]);
  }
}

TEST(PendingAsAlembic, OnAChain) {
  const Project project;
  project.revision("aaaa1", "None");
  project.revision("bbbb2", "'aaaa1'");
  project.revision("cccc3", "'bbbb2'");
  project.revision("cccc4", "'cccc3'");
  expect_alembic_agrees(project, {{{}, "head"},
                                  {{"aaaa1"}, "head"},
                                  {{"cccc4"}, "head"},
                                  {{"cccc4"}, "aaaa1"},
                                  {{}, "bbbb"},
                                  {{}, "b"},
                                  {{}, "cccc"},
                                  {{}, "dddd"},
                                  {{}, "+1"},
                                  {{"aaaa1"}, "+2"},
                                  {{"aaaa1"}, "+4"},
                                  {{"aaaa1"}, "-1"},
                                  {{"aaaa1"}, "bbbb2+1"},
                                  {{"cccc4"}, "+1"}});
}

TEST(PendingAsAlembic, OnBranchesMergesAndLabels) {
  const Project project;
  project.revision("base1", "None");
  project.revision("left1", "'base1'", "branch_labels = 'left'");
  project.revision("left2", "'left1'");
  project.revision("right1", "'base1'", "branch_labels = ('right',)");
  project.revision("right2", "'right1'");
  project.revision("other1", "None", "branch_labels = ['other']");
  project.revision("other2", "'other1'");
  project.revision("join1", "('left2', 'right2')");
  expect_alembic_agrees(project, {{{}, "head"},
                                  {{}, "heads"},
                                  {{"left2"}, "heads"},
                                  {{"left1", "right2", "other1"}, "heads"},
                                  {{}, "left"},
                                  {{}, "left@head"},
                                  {{}, "other@head"},
                                  {{}, "other@heads"},
                                  {{}, "other@left1"},
                                  {{}, "left@left2"},
                                  {{}, "nothing@head"},
                                  {{"other1"}, "other@+1"},
                                  {{"base1"}, "left@+1"},
                                  {{"left2"}, "right@+1"},
                                  {{}, "right@+2"},
                                  {{}, "+1"},
                                  {{"base1"}, "+1"},
                                  {{"left1", "right1"}, "+1"}});
}

TEST(PendingAsAlembic, OnDependenciesBetweenBranches) {
  const Project project;
  project.revision("a1", "None");
  project.revision("a2", "'a1'");
  project.revision("a3", "'a2'");
  project.revision("b1", "None", "branch_labels = 'b'\ndepends_on = 'a2'");
  project.revision("b2", "'b1'", "depends_on = 'a3'");
  project.revision("c1", "None", "depends_on = ('b',)");
  expect_alembic_agrees(project, {{{}, "heads"},
                                  {{}, "head"},
                                  {{}, "b2"},
                                  {{}, "c1"},
                                  {{"a1"}, "heads"},
                                  {{"b1"}, "heads"},
                                  {{"c1"}, "a3"},
                                  {{"b2"}, "a3"},
                                  {{}, "b@head"}});
}

class PendingOnRandomHistories : public testing::TestWithParam<unsigned> {};

TEST_P(PendingOnRandomHistories, IsAlembics) {
  std::mt19937 random(GetParam());
  const auto below = [&](std::size_t limit) {
    return std::uniform_int_distribution<std::size_t>(0, limit - 1)(random);
  };
  const Project project;
  const std::vector<std::string> ids = random_history(project, random, 25);
  std::vector<Query> queries{{{}, "heads"}, {{}, "head"}};
  for (int i = 0; i < 20; ++i) queries.push_back({{ids[below(ids.size())]}, i % 2 ? "heads" : ids[below(ids.size())]});
  expect_alembic_agrees(project, queries);
}

INSTANTIATE_TEST_SUITE_P(Seeds, PendingOnRandomHistories, testing::Range(1u, 13u));

TEST(Pending, SaysWhyThereIsNone) {
  const Project project;
  project.revision("a", "None");
  project.revision("b", "'a'");
  project.revision("c", "'a'");
  const RevisionGraph graph = read_revisions({project.versions()});

  const Finding heads = refusal(graph, {"a"}, "head");
  EXPECT_EQ(heads.rule, "several-heads");
  EXPECT_THAT(heads.hazard, HasSubstr("b, c"));
  EXPECT_EQ(refusal(graph, {"zz"}, "heads").id(), "unknown-revision:zz");
  EXPECT_EQ(refusal(graph, {}, "zz").id(), "unknown-target:zz");
  EXPECT_EQ(refusal(graph, {"a", "b"}, "heads").id(), "overlapping-rows:a");
  EXPECT_EQ(refusal(graph, {}, "head").severity, Severity::blocks);
}

TEST(Pending, IsRefusedWhileTheGraphHasProblems) {
  const Project project;
  project.revision("a", "None");
  project.revision("b", "'gone'");
  EXPECT_EQ(refusal(read_revisions({project.versions()}), {}, "a").id(), "b:missing-revision");
}

TEST(Pending, IsEmptyWithoutRevisions) {
  const Project project;
  EXPECT_THAT(order(read_revisions({project.versions()}), {}, "head"), IsEmpty());
}

}  // namespace
}  // namespace orchestrate
