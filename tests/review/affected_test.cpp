#include "review/affected.hpp"

#include <gmock/gmock.h>

#include "reviewing.hpp"

namespace orchestrate {
namespace {

using testing::ElementsAre;
using testing::IsEmpty;

/// Relations as `schema.name`, with how they are touched.
std::vector<std::string> relations_of(const std::string& body) {
  constexpr std::array touches = {"", " +rows", " rows", " referenced"};
  std::vector<std::string> texts;
  const ReviewReport report = review_of(body);
  for (const AffectedRelation& relation : report.affected.relations)
    texts.push_back(relation.name.text() + touches.at(static_cast<std::size_t>(relation.touch)));
  EXPECT_THAT(report.affected.unknown, IsEmpty());
  return texts;
}

std::vector<std::string> unknown_of(const std::string& body) {
  return review_of(body).affected.unknown;
}

TEST(Affected, NamesTheTablesWhoseDefinitionOrRowsChange) {
  EXPECT_THAT(relations_of("    op.add_column('panels', sa.Column('title', sa.Text()), schema='cfg')\n"
                           "    op.execute('UPDATE cfg.users SET name = 1; INSERT INTO logs VALUES (1)')\n"
                           "    op.execute('SELECT count(*) FROM cfg.other')\n"),
              ElementsAre("cfg.panels", "cfg.users rows", "public.logs +rows"));
}

TEST(Affected, NamesWhatForeignKeysReferToInEverySpelling) {
  EXPECT_THAT(relations_of("    op.create_table('a', sa.Column('x', sa.Integer(), sa.ForeignKey('cfg.one.id')),\n"
                           "        sa.ForeignKeyConstraint(['y'], ['cfg.two.id']), schema='cfg')\n"
                           "    op.add_column('b', sa.Column('x', sa.Integer(), sa.ForeignKey('three.id')))\n"
                           "    op.create_foreign_key('k', 'c', 'four', ['x'], ['id'], referent_schema='cfg')\n"
                           "    op.execute('CREATE TABLE cfg.d (x int REFERENCES cfg.five)')\n"),
              ElementsAre("cfg.five referenced", "cfg.four referenced", "cfg.one referenced", "cfg.two referenced",
                          "public.b", "public.c", "public.three referenced"));
}

TEST(Affected, FindsATableByItsIndexSincePostgresDoesToo) {
  EXPECT_THAT(relations_of("    op.drop_index('ix_panels', table_name='panels', schema='cfg')\n"
                           "    op.execute('DROP INDEX cfg.ix_users; REINDEX INDEX cfg.ix_logs')\n"),
              ElementsAre("cfg.ix_logs", "cfg.ix_panels", "cfg.ix_users", "cfg.panels"));
}

TEST(Affected, NamesViewsSequencesAndTheTablesOfTriggers) {
  EXPECT_THAT(relations_of("    op.execute('CREATE OR REPLACE VIEW cfg.v AS SELECT 1; ALTER SEQUENCE cfg.s RESTART')\n"
                           "    op.execute('DROP TRIGGER stamp ON cfg.panels; DROP FUNCTION cfg.f()')\n"),
              ElementsAre("cfg.f", "cfg.panels", "cfg.s", "cfg.v"));
}

TEST(Affected, KnowsWhatWaitsForEverySnapshot) {
  EXPECT_TRUE(review_of("    with op.get_context().autocommit_block():\n"
                        "        op.create_index('ix', 'panels', ['id'], schema='cfg', postgresql_concurrently=True)\n")
                  .affected.concurrently);
  EXPECT_FALSE(review_of("    op.create_index('ix', 'panels', ['id'], schema='cfg')\n").affected.concurrently);
}

class AffectedUnknown : public testing::TestWithParam<const char*> {};
TEST_P(AffectedUnknown, SaysWhere) {
  EXPECT_THAT(unknown_of(std::string("    ") + GetParam() + "\n"),
              testing::Contains(testing::StartsWith("0002.py:8: ")));
}
INSTANTIATE_TEST_SUITE_P(
    Statements, AffectedUnknown,
    testing::Values("op.execute(open('x.sql').read())", "op.execute('DO $$ BEGIN EXECUTE x; END $$')",
                    "op.execute('DROP TABLE cfg.a CASCADE')", "op.execute('REINDEX SCHEMA cfg')",
                    "op.execute('CLUSTER')", "op.execute('DROP EXTENSION citext')",
                    "op.execute(\"COMMENT ON VIEW cfg.a IS 'x'\")", "op.execute('REASSIGN OWNED BY a TO b')",
                    "op.execute(\"COPY cfg.a FROM '/etc/passwd'\")", "op.execute('SELECT cfg.clean_up()')",
                    "op.create_foreign_key('k', 'a', op.get_context().config.get_main_option('x'), ['x'], ['id'])",
                    "op.create_table('a', sa.Column('x', sa.Integer(), sa.ForeignKey(sa.__version__)))"));

TEST(Affected, IsUnknownForAFileThatIsNoPython) {
  EXPECT_THAT(unknown_of("    1 = 2"), testing::Not(IsEmpty()));
}

}  // namespace
}  // namespace orchestrate
