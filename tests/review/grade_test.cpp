#include "review/grade.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "reviewing.hpp"

namespace orchestrate {
namespace {

using testing::ElementsAre;

constexpr const char* env_py =
    "from alembic import context\n\nwith context.begin_transaction():\n    context.run_migrations()\n";

/// A revision whose downgrade() has these lines.
ReviewReport back(const std::string& downgrade, const std::string& upgrade = "op.create_table('t', schema='cfg')") {
  const Project project;
  project.write("0001.py",
                "from alembic import op\n\nrevision = '0001'\ndown_revision = None\n\n\ndef upgrade():\n    " +
                    upgrade + "\n\n\n" + downgrade + "\n");
  return review_of(project, project.write("env.txt", env_py), Direction::downgrade);
}
ReviewReport back_by(const std::string& statement) {
  return back("def downgrade():\n    " + statement);
}

TEST(Grade, OfWhatDeletesNothingInOneTransactionIsThatItKeepsData) {
  EXPECT_EQ(grade_of(back_by("op.drop_index('i', table_name='t', schema='cfg')")), Grade::keeps_data);
  EXPECT_EQ(grade_of(back_by("op.add_column('t', sa.Column('c', sa.Text()), schema='cfg')")), Grade::unproven)
      << "sa is not imported";
}

TEST(Grade, OfWhatDeletesIsThatItLosesData) {
  for (const char* statement : {"op.drop_table('t', schema='cfg')", "op.drop_column('t', 'c', schema='cfg')",
                                "op.execute('DELETE FROM cfg.t WHERE id = 7')", "op.execute('TRUNCATE cfg.t')"})
    EXPECT_EQ(grade_of(back_by(statement)), Grade::loses_data) << statement;
}

TEST(Grade, OfWhatCommitsOnItsOwnIsAPartialCommit) {
  const std::string lines =
      "with op.get_context().autocommit_block():\n        op.drop_index('i', table_name='t', schema='cfg')";
  EXPECT_EQ(grade_of(back_by(lines)), Grade::partial_commit);
}

TEST(Grade, OfWhatNobodyCanTellIsUnproven) {
  EXPECT_EQ(grade_of(back_by("op.execute('DO $$ BEGIN EXECUTE x; END $$')")), Grade::unproven);
  EXPECT_EQ(grade_of(back_by("pass")), Grade::unproven) << "the version rows would go back, and the schema would not";
  EXPECT_EQ(grade_of(back("def downgrade():\n    pass", "pass")), Grade::keeps_data) << "there is nothing to undo";
}

TEST(Grade, OfADowngradeThatIsMissingOrRaisesIsThatOnlyABackupLeadsBack) {
  EXPECT_EQ(grade_of(back("")), Grade::restore_only);
  EXPECT_EQ(grade_of(back_by("raise NotImplementedError")), Grade::restore_only);
}

TEST(Grade, IsOfTheWayBackAndNotOfTheWayUp) {
  const ReviewReport report =
      back("def downgrade():\n    op.drop_index('i', table_name='t', schema='cfg')", "op.execute('TRUNCATE cfg.t')");
  EXPECT_EQ(grade_of(report), Grade::keeps_data);
  EXPECT_EQ(report.statements, 1U);
  EXPECT_THAT(flags(report), ElementsAre("drop-index:i"));
  EXPECT_THAT(flags(back("def downgrade():\n    op.execute('TRUNCATE cfg.t')")), ElementsAre("truncate:cfg.t"));
}

}  // namespace
}  // namespace orchestrate
