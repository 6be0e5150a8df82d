#include "review/graph.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <chrono>

#include "orchestrate/digest.hpp"
#include "project.hpp"

namespace orchestrate {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;

std::vector<std::string> rules(const RevisionGraph& graph) {
  std::vector<std::string> ids;
  for (const Finding& problem : graph.problems) {
    EXPECT_EQ(problem.category, "cannot-judge");
    EXPECT_EQ(problem.severity, Severity::blocks);
    ids.push_back(problem.id());
  }
  return ids;
}

RevisionGraph graph_of(const Project& project) {
  return read_revisions({project.versions()});
}

TEST(Graph, ReadsWhatAlembicWrites) {
  const Project project;
  const std::string source =
      "\"\"\"add panels\n\nRevision ID: not this\nRevises: \n\"\"\"\nfrom alembic import op\n\n"
      "# revision identifiers, used by Alembic.\nrevision = '0001'\ndown_revision = None\n"
      "branch_labels = ('cfg',)\ndepends_on = None\n\ndef upgrade():\n    pass\n";
  const auto file = project.write("0001_add_panels.py", source);
  const RevisionGraph graph = graph_of(project);
  EXPECT_THAT(rules(graph), IsEmpty());
  ASSERT_EQ(graph.revisions.size(), 1u);
  EXPECT_EQ(graph.revisions[0], (Revision{"0001", {}, {"cfg"}, {}, file, 9, sha256(source)}));
}

TEST(Graph, LeavesOutWhatAlembicLeavesOut) {
  const Project project;
  project.revision("a", "None");
  project.write("__init__.py", "");
  project.write(".#lock.py", "x");
  project.write("a.py.orig", "x");
  std::filesystem::create_directories(project.versions() / "__pycache__");
  project.write("__pycache__/a.cpython-311.py", "x");
  std::filesystem::create_directories(project.versions() / "deeper");
  project.write("deeper/b.py", "revision = 'b'\ndown_revision = 'a'\n");
  const RevisionGraph graph = graph_of(project);
  EXPECT_THAT(rules(graph), IsEmpty());
  EXPECT_THAT(graph.heads(), ElementsAre("a"));
}

TEST(Graph, CountsAFileOnceThatTwoDirectoriesHold) {
  const Project project;
  project.revision("a", "None");
  const RevisionGraph graph = read_revisions({project.versions(), project.versions() / "."});
  EXPECT_THAT(rules(graph), IsEmpty());
  EXPECT_EQ(graph.revisions.size(), 1u);
}

TEST(Graph, SaysWhichFilesItCannotRead) {
  const Project project;
  project.write("1.py", "X = 'a'\nrevision = X\ndown_revision = None\n");
  project.write("2.py", "revision = 'b'\ndown_revision = PARENT\n");
  project.write("3.py", "print('hello')\n");
  project.write("4.py", "revision = 'd'\n");
  project.write("5.py", "revision = 'e\n");
  project.write("6.py", "");
  const RevisionGraph graph = graph_of(project);
  EXPECT_THAT(rules(graph), ElementsAre("not-a-literal:1.py", "b:not-a-literal", "no-revision:3.py",
                                        "d:no-down-revision", "unreadable-file:5.py", "no-revision:6.py"));
  EXPECT_EQ(graph.problems[1].place.line, 2);
  EXPECT_EQ(graph.problems[1].source_line, "down_revision = PARENT");
  EXPECT_EQ(graph.problems[1].file_sha256, sha256("revision = 'b'\ndown_revision = PARENT\n"));
}

TEST(Graph, NamesAMissingDirectory) {
  const RevisionGraph graph = read_revisions({"/nowhere/versions"});
  EXPECT_THAT(rules(graph), ElementsAre("unreadable-directory:versions"));
}

TEST(Graph, FindsDuplicateIdsAndLabels) {
  const Project project;
  project.write("1.py", "revision = 'a'\ndown_revision = None\nbranch_labels = 'x'\n");
  project.write("2.py", "revision = 'a'\ndown_revision = None\n");
  project.write("3.py", "revision = 'b'\ndown_revision = 'a'\nbranch_labels = 'x'\n");
  const RevisionGraph graph = graph_of(project);
  EXPECT_THAT(rules(graph), ElementsAre("a:duplicate-revision", "b:duplicate-label"));
  EXPECT_THAT(graph.problems[0].hazard, HasSubstr("1.py"));
}

TEST(Graph, FindsMissingParents) {
  const Project project;
  project.revision("a", "'gone'");
  project.revision("b", "'a'", "depends_on = 'nothing'");
  EXPECT_THAT(rules(graph_of(project)), ElementsAre("a:missing-revision", "b:missing-revision"));
}

TEST(Graph, FindsCyclesAndNotWhatStandsOnThem) {
  const Project project;
  project.revision("a", "'c'");
  project.revision("b", "'a'");
  project.revision("c", "'b'");
  project.revision("d", "'c'");
  project.revision("self", "'self'");
  project.revision("x", "None", "depends_on = 'y'");
  project.revision("y", "'x'");
  EXPECT_THAT(rules(graph_of(project)),
              ElementsAre("a:cycle", "b:cycle", "c:cycle", "self:cycle", "x:cycle", "y:cycle"));
}

TEST(Graph, KnowsEverythingBelowARow) {
  const Project project;
  project.revision("a", "None");
  project.revision("b", "'a'");
  project.revision("c", "'b'");
  project.revision("z", "None");
  project.revision("y", "'z'", "depends_on = 'b'");
  EXPECT_THAT(graph_of(project).ancestors({"y", "unknown"}), ElementsAre("a", "b", "y", "z"));
}

TEST(Graph, ReadsFiveHundredFilesInWellUnderASecond) {
  const Project project;
  std::string parent = "None";
  for (int i = 0; i < 500; ++i) {
    const std::string id = "r" + std::to_string(1000 + i);
    project.revision(id, parent, "def upgrade():\n" + std::string(4000, '#') + "\n    op.add_column('t', 'c')\n");
    parent = "'" + id + "'";
  }
  const auto start = std::chrono::steady_clock::now();
  const RevisionGraph graph = graph_of(project);
  const auto pending = graph.pending({}, "head");
  const std::chrono::duration<double> elapsed = std::chrono::steady_clock::now() - start;
  EXPECT_EQ(std::get<0>(pending).size(), 500u);
  EXPECT_LT(elapsed.count(), 5.0);  // generous: a busy machine and the sanitizers
  RecordProperty("seconds", std::to_string(elapsed.count()));
}

}  // namespace
}  // namespace orchestrate
