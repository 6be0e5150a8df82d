#include "review/review.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <chrono>
#include <fstream>
#include <set>

#include "on_loop.hpp"
#include "orchestrate/error.hpp"
#include "reviewing.hpp"
#include "system/command.hpp"

namespace orchestrate {
namespace {

using testing::Contains;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;

const Finding& finding(const ReviewReport& report, std::string_view rule) {
  static const Finding none;
  const auto found = std::ranges::find(report.findings, rule, &Finding::rule);
  if (found != report.findings.end()) return *found;
  ADD_FAILURE() << "no finding of " << rule;
  return none;
}

TEST(Review, IsQuietAboutAHarmlessRevision) {
  const ReviewReport report = review_of(
      "op.create_table('t', sa.Column('id', sa.Integer()), schema='cfg')\n"
      "op.create_index('i', 't', ['id'], schema='cfg')\n"
      "op.execute('ALTER TABLE cfg.u ADD COLUMN a text')");
  EXPECT_THAT(flags(report), IsEmpty());
  EXPECT_EQ(report.revisions, 1u);
  EXPECT_EQ(report.statements, 3u);
  EXPECT_THAT(report.tables, ElementsAre(TableName{"cfg", "t"}, TableName{"cfg", "u"}));
  EXPECT_EQ(report.commits, Commits::together);
  EXPECT_FALSE(report.unlimited);
}

TEST(Review, SaysOnceThatAllPendingRevisionsAreOneTransaction) {
  const auto times = [](const std::string& first, std::optional<std::string> env_py = std::nullopt) {
    const Project project;
    const std::string imports = "import sqlalchemy as sa\nfrom alembic import context, op\n\ndef upgrade():\n    ";
    project.revision("0001", "None", imports + first + "\n");
    project.revision("0002", "'0001'", imports + "op.add_column('b', sa.Column('x', sa.Text()), schema='cfg')\n");
    std::optional<std::filesystem::path> env;
    if (env_py) std::ofstream(env.emplace(project.versions().parent_path() / "env.py")) << *env_py;
    const ReviewReport report = review_of(project, env);
    return std::ranges::count(report.findings, "one-transaction-for-all", &Finding::rule);
  };
  const std::string locks = "op.add_column('a', sa.Column('x', sa.Text()), schema='cfg')";
  EXPECT_EQ(times(locks), 1);
  EXPECT_EQ(times("op.create_table('a', sa.Column('x', sa.Text()), schema='cfg')"), 0);
  EXPECT_EQ(times(locks, "context.configure(transaction_per_migration=True)\n"), 0);
}

TEST(Review, PrintsNoSecretOfTheFileWhateverRuleSpeaksOfItsLine) {
  const ReviewReport report = review_of(
      "op.execute(\"CREATE ROLE reader PASSWORD 'x1'\")\n"
      "op.execute(\"UPDATE cfg.users SET token = 'correct horse'\")\n"
      "op.bulk_insert(sa.table('users', sa.column('api_key'), schema='cfg'), [{'id': 1, 'api_key': 'battery "
      "staple'}])\n"
      "op.execute(sa.insert(sa.table('users', schema='cfg')).values(password=\"stapled battery\"))");
  std::set<std::string> rules;
  for (const Finding& finding : report.findings) {
    rules.insert(finding.rule);
    const std::string all = to_text(to_json(finding));
    for (const char* secret : {"x1", "correct horse", "battery staple", "stapled battery"})
      EXPECT_EQ(all.find(secret), std::string::npos) << all;
  }
  EXPECT_THAT(rules,
              testing::IsSupersetOf({"secret-in-file", "change-cluster", "update-without-where", "explicit-ids"}));
  EXPECT_EQ(report.findings.front().source_line, "    op.execute(\"CREATE ROLE reader PASSWORD '***'\")");
}

TEST(Review, AcceptsWhatTheFileAllowsWithAReason) {
  const ReviewReport report = review_of(
      "op.drop_column('t', 'a', schema='cfg')  # orchestrate: allow drop-column -- empty since May\n"
      "# orchestrate: allow drop-column -- so is this one\n"
      "op.drop_column('t', 'b', schema='cfg')\n"
      "op.drop_column('t', 'c', schema='cfg')");
  ASSERT_EQ(report.findings.size(), 4U);  // and that the way back loses data
  EXPECT_EQ(report.findings[0].approved_by, "the file itself: empty since May");
  EXPECT_EQ(report.findings[1].approved_by, "the file itself: so is this one");
  EXPECT_TRUE(open_red_flag(report.findings[2])) << "a line allows what is on it, or below it when it stands alone";
}

TEST(Review, AllowsNothingWithoutAReasonAndFindsWhatAllowsNothing) {
  const ReviewReport unreasoned = review_of("op.drop_column('t', 'a', schema='cfg')  # orchestrate: allow drop-column");
  EXPECT_TRUE(open_red_flag(finding(unreasoned, "drop-column")));
  EXPECT_THAT(finding(unreasoned, "suppression").hazard, HasSubstr("it says no reason"));
  const ReviewReport unused =
      review_of("# orchestrate: allow drop-table -- it was another rule\nop.drop_column('t', 'a', schema='cfg')");
  EXPECT_TRUE(open_red_flag(finding(unused, "drop-column")));
  EXPECT_EQ(finding(unused, "suppression").object, "drop-table");
  EXPECT_EQ(finding(unused, "suppression").place.line, 8);
  EXPECT_THAT(flags(review_of("op.execute('SELECT 1')  # as orchestrate: allow says")), IsEmpty());
}

TEST(Review, ReadsWhatSqlAllowsInItsOwnComments) {
  const std::vector<SqlText> files = {{"a.sql",
                                       "-- orchestrate: allow drop-table -- nobody reads it\nDROP TABLE t;\n"
                                       "DROP TABLE u;  -- orchestrate: allow drop-table -- nor this\n"}};
  const ReviewReport report = review_sql(files, {"data-loss"});
  ASSERT_EQ(report.findings.size(), 2U);
  for (const Finding& found : report.findings) EXPECT_FALSE(open_red_flag(found)) << found.place.line;
}

TEST(Review, BlocksTheCategoriesOfThePolicyOnly) {
  const ReviewReport report =
      review_of("op.drop_column('t', 'c', schema='cfg')\nop.drop_constraint('k', 't', schema='cfg')");
  EXPECT_EQ(finding(report, "drop-column").severity, Severity::blocks);
  EXPECT_EQ(finding(report, "drop-constraint").severity, Severity::warning);
  EXPECT_EQ(finding(report, "downgrade-loses-data").severity, Severity::advice);
}

TEST(Review, ExemptsATableMadeInAnEarlierPendingRevision) {
  const Project project;
  project.revision("a1", "None", "from alembic import op\ndef upgrade():\n    op.create_table('t', schema='cfg')\n");
  project.revision("a2", "'a1'",
                   "from alembic import op\ndef upgrade():\n    op.drop_column('t', 'c', schema='cfg')\n"
                   "    op.drop_column('u', 'c', schema='cfg')\n");
  EXPECT_THAT(flags(review_of(project)), ElementsAre("drop-column:cfg.u.c"));
}

TEST(Review, ExemptsNoTableThatMayHaveBeenThere) {
  EXPECT_THAT(
      flags(review_of("op.execute('CREATE TABLE IF NOT EXISTS cfg.t (id int)')\nop.execute('DROP TABLE cfg.t')")),
      ElementsAre("drop-table:cfg.t"));
  EXPECT_THAT(flags(review_of("op.drop_table('t', schema='cfg')\nop.create_table('t', schema='cfg')")),
              ElementsAre("drop-table:cfg.t"));
}

TEST(Review, KnowsWhatARollbackDoesNotUndo) {
  for (const char* body : {"with op.get_context().autocommit_block():\n    op.execute('ANALYZE')",
                           "op.execute('COMMIT')", "op.execute('DO $$ BEGIN EXECUTE x; END $$')",
                           "op.create_index('i', 't', ['a'], schema='cfg', postgresql_concurrently=True)"})
    EXPECT_EQ(review_of(body).commits, Commits::anywhere) << body;
}

TEST(Review, KnowsWhatMustRunWithoutLimits) {
  EXPECT_TRUE(review_of("op.execute('ALTER TABLE cfg.t VALIDATE CONSTRAINT k')").unlimited);
  EXPECT_TRUE(review_of("with op.get_context().autocommit_block():\n"
                        "    op.execute('REINDEX INDEX CONCURRENTLY cfg.i')")
                  .unlimited);
}

TEST(Review, ReadsTheTransactionScopeFromEnvPy) {
  const Project project;
  project.revision("a1", "None", "def upgrade():\n    pass\n");
  const auto env = [&](const std::string& configure) {
    const auto file = project.versions().parent_path() / "env.py";
    std::filesystem::rename(project.write("env.txt", "from alembic import context\n" + configure + "\n"), file);
    return review_of(project, file).commits;
  };
  EXPECT_EQ(env("context.configure(transaction_per_migration=True)"), Commits::together);  // a single revision
  project.revision("a2", "'a1'", "def upgrade():\n    pass\n");
  EXPECT_EQ(env("context.configure(transaction_per_migration=False)"), Commits::together);
  EXPECT_EQ(env("context.configure(transaction_per_migration=True)"), Commits::by_revision);
  EXPECT_EQ(env("context.configure(transaction_per_migration=setting)"), Commits::by_revision);
  EXPECT_EQ(env("context.configure(**options)"), Commits::by_revision);
  EXPECT_EQ(env("context.configure(transactional_ddl=False)"), Commits::anywhere);
  EXPECT_EQ(env("engine = create_engine(url, isolation_level='AUTOCOMMIT')"), Commits::anywhere);
  EXPECT_EQ(env("this is no Python"), Commits::anywhere);
}

TEST(Review, BlocksAFileThatPythonDoesNotUnderstand) {
  const Project project;
  project.revision("a1", "None", "def upgrade():\n    op drop_table('t')\n");
  const ReviewReport report = review_of(project);
  EXPECT_THAT(flags(report), ElementsAre("cannot-judge:syntax"));
  EXPECT_EQ(report.findings[0].place.line, 4);
  EXPECT_EQ(report.findings[0].source_line, "    op drop_table('t')");
  EXPECT_EQ(report.commits, Commits::anywhere);
}

TEST(Review, RunsNothingOfTheProject) {
  const Project project;
  const auto trace = project.versions() / "trace";
  project.write("ast.py.txt", "");
  project.revision("a1", "None",
                   "open('" + trace.string() + "', 'w')\ndef upgrade():\n    open('" + trace.string() + "', 'w')\n");
  EXPECT_THAT(flags(review_of(project)), Contains("host-access:open()"));
  EXPECT_FALSE(std::filesystem::exists(trace));
}

TEST(Review, SaysWhenThePythonCannotBeRun) {
  const Project project;
  project.revision("a1", "None", "def upgrade():\n    pass\n");
  const RevisionGraph graph = read_revisions({project.versions()});
  boost::asio::io_context io;
  const auto commands = system::make_commands(io, Redactor(), std::nullopt);
  for (const char* python : {"/nowhere/python", "/bin/false"}) {
    const ReviewRequest request{.pending = {&graph.revisions[0]}, .python = {python}};
    EXPECT_THROW(on_loop(io, review(*commands, request, std::stop_token())), Error) << python;
  }
}

TEST(Review, NoticesAFileThatChangedSinceTheGraphWasRead) {
  const Project project;
  project.revision("a1", "None", "def upgrade():\n    pass\n");
  const RevisionGraph graph = read_revisions({project.versions()});
  project.revision("a1", "None", "def upgrade():\n    pass # changed\n");
  boost::asio::io_context io;
  const auto commands = system::make_commands(io, Redactor(), std::nullopt);
  const ReviewRequest request{.pending = {&graph.revisions[0]}, .python = {"/usr/bin/python3"}};
  EXPECT_THAT(flags(on_loop(io, review(*commands, request, std::stop_token()))), ElementsAre("cannot-judge:changed"));
}

TEST(Review, ReadsFiftyRevisionsQuickly) {
  const Project project;
  std::string parent = "None", body = "from alembic import op\nimport sqlalchemy as sa\ndef upgrade():\n";
  for (int i = 0; i < 10; ++i) {
    const std::string t = "t" + std::to_string(i);
    body += "    op.create_table('" + t +
            "', sa.Column('id', sa.Integer(), nullable=False), "
            "sa.Column('n', sa.String(length=50)), sa.PrimaryKeyConstraint('id'), schema='cfg')\n"
            "    op.create_index(op.f('ix_" +
            t + "'), '" + t + "', ['n'], unique=False, schema='cfg')\n";
  }
  for (int i = 0; i < 50; ++i) {
    const std::string id = "r" + std::to_string(100 + i);
    project.revision(id, parent, body);
    parent = "'" + id + "'";
  }
  const auto start = std::chrono::steady_clock::now();
  const ReviewReport report = review_of(project);
  const std::chrono::duration<double> elapsed = std::chrono::steady_clock::now() - start;
  EXPECT_EQ(report.statements, 1000u);
  EXPECT_LT(elapsed.count(), 10.0);  // generous: a busy machine and the sanitizers
  RecordProperty("seconds", std::to_string(elapsed.count()));
}

TEST(Approvals, CountOnlyForTheSameFindingAndFile) {
  const ReviewReport report = review_of("op.drop_column('t', 'c', schema='cfg')");
  const std::string id = "0002:drop-column:cfg.t.c";
  auto findings = report.findings;
  const std::string hash = findings[0].file_sha256;

  apply_approvals(findings, {{id, hash, "nobody reads it", "root", "2026-11-20T09:00:00Z"}});
  EXPECT_EQ(findings[0].severity, Severity::warning);
  EXPECT_EQ(findings[0].approved_by, "root at 2026-11-20T09:00:00Z: nobody reads it");

  findings = report.findings;
  apply_approvals(findings, {{id, "0000", "x", "root", "2026-11-19T09:00:00Z"},
                             {"0002:drop-column:cfg.t.d", hash, "x", "root", ""}});
  EXPECT_EQ(findings[0].severity, Severity::blocks);
  EXPECT_EQ(findings[0].approved_by, "");
  EXPECT_THAT(findings[0].hazard, HasSubstr("approved for another version of the file"));
}

TEST(Approvals, NeverCountForAFindingThatIsBoundToNoFile) {
  std::vector<Finding> findings{{.rule = "unknown-revision", .severity = Severity::blocks, .object = "zz"}};
  apply_approvals(findings, {{"unknown-revision:zz", "", "x", "root", ""}});
  EXPECT_EQ(findings[0].severity, Severity::blocks);
}

}  // namespace
}  // namespace orchestrate
