#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <random>

#include "orchestrate/json.hpp"
#include "project.hpp"
#include "review/graph.hpp"

namespace orchestrate {
namespace {

using testing::HasSubstr;
using testing::IsEmpty;

struct Query {
  std::vector<std::string> applied;
  std::string target;
};

std::string text(const Query& query) {
  std::string applied;
  for (const std::string& row : query.applied) applied += (applied.empty() ? "" : ",") + row;
  return "downgrade:" + applied + ":" + query.target;
}

Json meaning(const RevisionGraph& graph, const std::vector<std::string>& rows) {
  const std::set<std::string> applied = graph.ancestors(rows);
  return Json::of(std::vector(applied.begin(), applied.end()));
}

/// As the oracle says it. Which of the applied revisions have a row of their own differs between Alembic 1.8 and 1.13,
/// so what the rows mean is compared.
Json way_back(const RevisionGraph& graph, const Query& query) {
  const WayBack found = graph.undone(query.applied, query.target);
  if (std::holds_alternative<Finding>(found)) return "refused";
  const Undone& undone = std::get<Undone>(found);
  Json revisions = Json::array();
  for (const Revision* revision : undone.revisions) revisions.push(revision->id);
  return Json::object({{"revisions", std::move(revisions)}, {"applied", meaning(graph, undone.rows)}});
}

void expect_alembic_agrees(const Project& project, const std::vector<Query>& queries) {
  const RevisionGraph graph = read_revisions({project.versions()});
  ASSERT_THAT(graph.problems, IsEmpty());
  std::vector<std::string> arguments{project.versions().string()};
  for (const Query& query : queries) arguments.push_back(text(query));
  const Json alembic = parse_json(python("alembic_oracle.py", arguments));
  for (std::size_t i = 0; i < queries.size(); ++i) {
    Json theirs = alembic["ways_back"].as_array()[i];
    if (theirs.is_object())
      theirs =
          Json::object({{"revisions", theirs["revisions"]}, {"applied", meaning(graph, theirs["rows"].as_strings())}});
    EXPECT_EQ(to_text(way_back(graph, queries[i])), to_text(theirs)) << text(queries[i]);
  }
}

TEST(UndoneAsAlembic, OnAChain) {
  const Project project;
  project.revision("aaaa1", "None");
  project.revision("bbbb2", "'aaaa1'");
  project.revision("cccc3", "'bbbb2'");
  expect_alembic_agrees(project, {{{"cccc3"}, "-1"},
                                  {{"cccc3"}, "-2"},
                                  {{"cccc3"}, "-3"},
                                  {{"cccc3"}, "-4"},
                                  {{"cccc3"}, "base"},
                                  {{"cccc3"}, "aaaa"},
                                  {{"cccc3"}, "bbbb2"},
                                  {{"bbbb2"}, "-1"},
                                  {{"cccc3"}, "zzzz"}});
}

TEST(UndoneAsAlembic, OnBranchesMergesAndDependencies) {
  const Project project;
  project.revision("base1", "None");
  project.revision("left1", "'base1'", "branch_labels = 'left'");
  project.revision("left2", "'left1'");
  project.revision("right1", "'base1'");
  project.revision("right2", "'right1'", "depends_on = 'left2'");
  project.revision("join1", "('left2', 'right2')");
  project.revision("other1", "None", "depends_on = 'right1'");
  expect_alembic_agrees(project, {{{"join1"}, "base1"},
                                  {{"join1"}, "left2"},
                                  {{"join1"}, "right2"},
                                  {{"join1"}, "right1"},
                                  {{"join1", "other1"}, "base1"},
                                  {{"join1", "other1"}, "right1"},
                                  {{"left2", "right1"}, "left1"},
                                  {{"left2", "right1"}, "base1"},
                                  {{"left2", "right1"}, "base"}});
}

class UndoneOnRandomHistories : public testing::TestWithParam<unsigned> {};

TEST_P(UndoneOnRandomHistories, IsAlembics) {
  std::mt19937 random(GetParam());
  const auto below = [&](std::size_t limit) {
    return std::uniform_int_distribution<std::size_t>(0, limit - 1)(random);
  };
  const Project project;
  std::vector<std::string> ids;
  const auto any = [&] { return "'" + ids[below(ids.size())] + "'"; };
  for (int i = 0; i < 20; ++i) {
    const std::string id = "r" + std::to_string(1000 + below(9000)) + "_" + std::to_string(i);
    std::string down = "None", more;
    if (!ids.empty() && below(12) > 0) down = below(4) > 0 ? "'" + ids.back() + "'" : any();
    if (ids.size() > 2 && below(4) == 0) down = "(" + any() + ", '" + ids.back() + "')";
    if (!ids.empty() && below(5) == 0) more = "depends_on = " + any();
    project.revision(id, down, more);
    ids.push_back(id);
  }
  const RevisionGraph graph = read_revisions({project.versions()});
  std::vector<Query> queries{{graph.rows_at_heads(), "base"}};
  for (int i = 0; i < 20; ++i) {
    const std::string row = ids[below(ids.size())];
    const std::set<std::string> applied = graph.ancestors({row});
    auto chosen = applied.begin();
    std::advance(chosen, below(applied.size()));
    queries.push_back({{row}, *chosen});
  }
  expect_alembic_agrees(project, queries);
}

INSTANTIATE_TEST_SUITE_P(Seeds, UndoneOnRandomHistories, testing::Range(1u, 13u));

TEST(Undone, SaysWhyThereIsNoWayBack) {
  const Project project;
  project.revision("aaaa", "None");
  project.revision("bbbb", "'aaaa'");
  project.revision("cccc", "'aaaa'");
  project.revision("join", "('bbbb', 'cccc')");
  const RevisionGraph graph = read_revisions({project.versions()});
  const auto why = [&](const std::vector<std::string>& applied, std::string_view target) {
    const WayBack found = graph.undone(applied, target);
    return std::holds_alternative<Finding>(found) ? std::get<Finding>(found).hazard : std::string();
  };
  EXPECT_THAT(why({"bbbb"}, "cccc"), HasSubstr("cannot go back to cccc: it is not applied"));
  EXPECT_THAT(why({"join"}, "-1"), HasSubstr("merge"));
  EXPECT_THAT(why({"bbbb", "cccc"}, "-1"), HasSubstr("several revisions are applied"));
  EXPECT_THAT(why({"aaaa"}, "-2"), HasSubstr("below base"));
  EXPECT_THAT(why({"zzzz"}, "aaaa"), HasSubstr("zzzz, which no version file is"));
}

}  // namespace
}  // namespace orchestrate
