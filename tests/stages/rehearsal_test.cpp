#include "stages/rehearsal.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <filesystem>

#include "orchestrate/evidence.hpp"
#include "stages/preflight.hpp"
#include "stages/rehearsing_bot.hpp"

namespace orchestrate {
namespace {

using testing::Contains;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;
using testing::Not;
using testing::SizeIs;

using Rehearsal = RehearsingBot;

TEST_F(Rehearsal, TellsWhatTheMigrationsDoOnACopy) {
  revision("op.add_column('panels', sa.Column('note', sa.Text()), schema='cfg')",
           "op.drop_column('panels', 'note', schema='cfg')");
  const Outcome outcome = rehearse();
  EXPECT_EQ(outcome.verdict, Verdict::passed) << outcome.summary << "\n" << text_of(outcome) << log();
  EXPECT_THAT(outcome.summary, HasSubstr("002 ")) << log();
  EXPECT_THAT(outcome.summary, HasSubstr("way back works"));
  const Json& found = facts(outcome);
  EXPECT_GT(found["revisions_us"]["002"].as_integer(), 0);
  EXPECT_EQ(to_text(found["schema"]), R"(["TABLE cfg.panels is changed"])");
  ASSERT_THAT(found["locks"].as_array(), SizeIs(1));
  EXPECT_EQ(found["locks"].as_array()[0].text_or("table"), "cfg.panels");
  EXPECT_EQ(found["locks"].as_array()[0].text_or("lock"), "ACCESS EXCLUSIVE");
  EXPECT_EQ(found["losses"], Json::array());
  EXPECT_THAT(outcome.findings, IsEmpty());
}

TEST_F(Rehearsal, CatchesAMigrationThatFailsOnDataOnly) {
  revision("op.create_unique_constraint('uq_panels', 'panels', ['id'], schema='cfg')");
  const Outcome outcome = rehearse();
  EXPECT_EQ(outcome.verdict, Verdict::failed);
  EXPECT_THAT(outcome.summary, HasSubstr("on the copy the migration fails"));
  EXPECT_THAT(outcome.details, Contains(HasSubstr("23505: could not create unique index")));
}

TEST_F(Rehearsal, SeesDestructionThatTheTextHides) {
  sql("CREATE TABLE cfg.orders (id int); INSERT INTO cfg.orders VALUES (1), (2);"
      "CREATE FUNCTION cfg.tidy_up() RETURNS void LANGUAGE sql AS 'DROP TABLE cfg.orders; DELETE FROM cfg.panels';"
      "ALTER TABLE cfg.orders OWNER TO bot");
  revision("op.execute('SELECT cfg.tidy_up()')");
  const Outcome outcome = rehearse();
  EXPECT_EQ(outcome.verdict, Verdict::blocked) << text_of(outcome);
  std::vector<std::string> ids;
  for (const Finding& finding : outcome.findings)
    if (open_red_flag(finding)) ids.push_back(finding.id());
  EXPECT_THAT(ids, ElementsAre("002:hidden-destruction:table cfg.orders", "002:hidden-destruction:cfg.panels"));
  EXPECT_THAT(outcome.details, Contains("drops cfg.orders with 2 rows"));
  EXPECT_THAT(outcome.details, Contains("deletes 2 of 2 rows of cfg.panels"));
}

TEST_F(Rehearsal, TellsWhatADropTakesWithIt) {
  sql("CREATE VIEW cfg.titles AS SELECT id FROM cfg.panels; ALTER VIEW cfg.titles OWNER TO bot");
  revision("op.execute('DROP TABLE cfg.panels CASCADE')");
  const Outcome outcome = rehearse();
  EXPECT_EQ(outcome.verdict, Verdict::passed) << text_of(outcome);  // what the text says is for the review
  EXPECT_THAT(outcome.details, Contains("drops view cfg.titles too, which depends on it"));
}

TEST_F(Rehearsal, SaysWhatTheTextWouldHaveDestroyedAndDidNot) {
  revision(
      "if op.get_bind().execute(sa.text('SELECT count(*) FROM cfg.panels')).scalar() > 100:\n"
      "    op.drop_table('panels', schema='cfg')");
  const Outcome outcome = rehearse();
  EXPECT_EQ(outcome.verdict, Verdict::passed) << text_of(outcome);
  ASSERT_THAT(outcome.findings, SizeIs(1));
  EXPECT_EQ(outcome.findings[0].id(), "002:destruction-not-exercised:cfg.panels");
  EXPECT_EQ(outcome.findings[0].place.line, 10);
}

TEST_F(Rehearsal, BlocksWhatIsOverThePolicysBounds) {
  rehearsal_settings.set("max_lock", std::chrono::milliseconds(50), {});
  rehearsal_settings.set("max_duration", std::chrono::milliseconds(60), {});
  rehearsal_settings.set("max_rewrite", Size{.bytes = 1}, {});
  revision("op.alter_column('panels', 'id', type_=sa.BigInteger(), schema='cfg')\nop.execute('SELECT pg_sleep(0.1)')");
  const Outcome outcome = rehearse();
  EXPECT_EQ(outcome.verdict, Verdict::blocked) << text_of(outcome);
  std::vector<std::string> rules;
  for (const Finding& finding : outcome.findings)
    if (open_red_flag(finding)) rules.push_back(finding.rule + " " + std::to_string(finding.place.line));
  EXPECT_THAT(rules, ElementsAre("rehearsed-lock 9", "rehearsed-duration 10", "rehearsed-rewrite 9"));
}

TEST_F(Rehearsal, KeepsAProjectThatIgnoresTheVariableAwayFromProduction) {
  const std::string by_socket = "postgresql+psycopg2://bot@/app?host=" + server->socket_directory().string();
  const std::string by_tcp = "postgresql+psycopg2://bot@" + tcp_address() + "/app";
  for (const std::string& url : {by_socket, by_tcp}) {
    revision("op.execute('DROP TABLE cfg.panels')");
    std::string deaf = rehearsed_env_py;
    deaf.replace(deaf.find("os.environ[\"DATABASE_URL\"]"), std::string("os.environ[\"DATABASE_URL\"]").size(),
                 '"' + url + '"');
    bench.checkout.write("migrations/env.py", deaf);
    const Outcome outcome = rehearse();
    EXPECT_EQ(outcome.verdict, Verdict::failed) << url;
    EXPECT_THAT(outcome.summary, HasSubstr("the project did not come to the copy")) << url;
    EXPECT_THAT(text_of(outcome), HasSubstr("url_variable")) << url;
  }
}

TEST_F(Rehearsal, LeadsAProjectWhoseUrlStandsInAFile) {
  const std::string url = "postgresql+psycopg2://bot@/app?host=" + server->socket_directory().string();
  bench.checkout.write("migrations/alembic.ini",
                       "[alembic]\nscript_location = migrations\nsqlalchemy.url = " + url + "\n");
  std::string by_ini = rehearsed_env_py;
  by_ini.replace(by_ini.find("os.environ[\"DATABASE_URL\"]"), std::string("os.environ[\"DATABASE_URL\"]").size(),
                 "context.config.get_main_option('sqlalchemy.url')");
  bench.checkout.write("migrations/env.py", by_ini);
  revision("op.execute('DROP TABLE cfg.panels')");
  rehearsal_settings.set("url_file", (bench.checkout.path() / "migrations/alembic.ini").string(), {});
  const Outcome outcome = rehearse();
  EXPECT_EQ(outcome.verdict, Verdict::passed) << outcome.summary << text_of(outcome);
  EXPECT_THAT(outcome.details, Contains("drops cfg.panels with 2 rows"));
}

TEST_F(Rehearsal, MigratesAsTheRoleThatProductionHas) {
  sql("ALTER TABLE cfg.panels FORCE ROW LEVEL SECURITY; ALTER TABLE cfg.panels ENABLE ROW LEVEL SECURITY;"
      "ALTER TABLE cfg.panels OWNER TO bot; ALTER ROLE bot SET work_mem = '7MB'; ALTER ROLE bot IN DATABASE app SET "
      "statement_timeout = '77s'");
  revision(
      "rows = op.get_bind().execute(sa.text(\"UPDATE cfg.panels SET id = 3\")).rowcount\n"
      "settings = [op.get_bind().execute(sa.text('SHOW ' + name)).scalar() for name in ('work_mem', "
      "'statement_timeout', 'is_superuser')]\n"
      "assert (rows, settings) == (0, ['7MB', '77s', 'off']), (rows, settings)");
  const Outcome outcome = rehearse();
  sql("ALTER ROLE bot RESET ALL");
  EXPECT_EQ(outcome.verdict, Verdict::passed) << outcome.summary << text_of(outcome);
}

TEST_F(Rehearsal, SaysWhereTheWayBackLeads) {
  revision("op.add_column('panels', sa.Column('note', sa.Text()), schema='cfg')");
  const Outcome outcome = rehearse();
  EXPECT_EQ(outcome.verdict, Verdict::passed);
  ASSERT_THAT(outcome.findings, SizeIs(1)) << text_of(outcome);
  EXPECT_EQ(outcome.findings[0].rule, "way-back-differs");
}

TEST_F(Rehearsal, LeavesTheHostsFilesAlone) {
  const std::string file = (bench.checkout.path() / "written").string();
  revision("open('" + file + "', 'w')");
  EXPECT_EQ(rehearse().verdict, Verdict::failed);
  EXPECT_FALSE(std::filesystem::exists(file));
}

TEST_F(Rehearsal, WritesNothingInADryRun) {
  revision("pass");
  reviewed();
  EXPECT_EQ(bench.dry_run(rehearsal_stage, rehearsal_settings).verdict, Verdict::passed);
  EXPECT_TRUE(std::filesystem::is_empty(state()));
}

TEST_F(Rehearsal, ForetellsInADryRunWhatTheLastOneHasShown) {
  revision("op.add_column('panels', sa.Column('note', sa.Text()), schema='cfg')",
           "op.drop_column('panels', 'note', schema='cfg')");
  bench.rehearsed = {facts(rehearse()), bench.clock->now()};
  const std::string told = bench.dry_run(rehearsal_stage, rehearsal_settings).summary;
  EXPECT_THAT(told, HasSubstr("cfg.panels locked"));
  EXPECT_THAT(told, HasSubstr("ago on a copy from y"));
  revision("pass");
  EXPECT_THAT(bench.dry_run(rehearsal_stage, rehearsal_settings).summary, HasSubstr("was of other files"));
}

TEST_F(Rehearsal, CountsTheRowsThatAForeignKeyTakesAlong) {
  sql("CREATE TABLE cfg.owners (id int PRIMARY KEY); CREATE TABLE cfg.pets (owner int REFERENCES cfg.owners ON DELETE "
      "CASCADE); INSERT INTO cfg.owners VALUES (1), (2); INSERT INTO cfg.pets VALUES (1), (1), (2);"
      "ALTER TABLE cfg.owners OWNER TO bot; ALTER TABLE cfg.pets OWNER TO bot");
  revision("op.execute('DELETE FROM cfg.owners WHERE id = 1')");
  const Outcome outcome = rehearse();
  EXPECT_THAT(outcome.details, Contains("deletes 1 of 2 rows of cfg.owners"));
  EXPECT_THAT(outcome.details, Contains("deletes 2 of 3 rows of cfg.pets"));
  ASSERT_EQ(outcome.verdict, Verdict::blocked) << text_of(outcome);
  EXPECT_THAT(outcome.next, HasSubstr("002:hidden-destruction:cfg.pets"));
}

TEST_F(Rehearsal, CountsItselfWhereTheServerIsToldNotTo) {
  sql("ALTER DATABASE app SET track_counts = off; CREATE TABLE cfg.owners AS SELECT generate_series(1, 3) AS id;"
      "ALTER TABLE cfg.owners OWNER TO bot");
  revision("op.execute('DELETE FROM cfg.owners WHERE id = 1')");
  EXPECT_THAT(rehearse().details, Contains("deletes 1 of 3 rows of cfg.owners"));
}

/// Only a server that has preloaded it can read that view.
TEST_F(Rehearsal, LoadsTheLibrariesThatExtensionsAskFor) {
  sql("CREATE EXTENSION pg_stat_statements; CREATE MATERIALIZED VIEW cfg.calls AS SELECT sum(calls) FROM "
      "pg_stat_statements");
  revision("op.add_column('panels', sa.Column('title', sa.Text()), schema='cfg')");
  try {
    const Outcome outcome = rehearse();
    FAIL() << outcome.summary;
  } catch (const Error& error) {  // which says nothing against the backup
    EXPECT_THAT(error.what(), HasSubstr("pg_stat_statements must be loaded via"));
    EXPECT_THAT(error.hint(), HasSubstr("postgres: { preload: [NAME] }"));
  }
  bench.application.policy.postgres_preload = {"no_such_library"};
  try {
    const Outcome outcome = rehearse();
    FAIL() << outcome.summary;
  } catch (const Error& error) {
    EXPECT_THAT(error.hint(), HasSubstr("has this host what postgres: { preload } names?"));
  }
  bench.application.policy.postgres_preload = {"pg_stat_statements"};
  const Outcome outcome = rehearse();
  EXPECT_EQ(outcome.verdict, Verdict::passed) << outcome.summary << text_of(outcome);
}

TEST_F(Rehearsal, CountsItselfWhereAFunctionIsNotCounted) {
  sql("CREATE TABLE cfg.owners (id int); CREATE TABLE cfg.audit (id int); CREATE FUNCTION cfg.note() RETURNS trigger "
      "LANGUAGE plpgsql SET track_counts = off AS 'BEGIN INSERT INTO cfg.audit VALUES (1); RETURN NEW; END';"
      "CREATE TRIGGER note BEFORE INSERT ON cfg.owners FOR EACH ROW EXECUTE FUNCTION cfg.note();"
      "INSERT INTO cfg.owners VALUES (1), (2); ALTER TABLE cfg.audit OWNER TO bot");
  revision("op.execute('DELETE FROM cfg.audit')");
  EXPECT_THAT(rehearse().details, Contains("deletes 2 of 2 rows of cfg.audit"));
}

TEST_F(Rehearsal, DoesNotTakeRowsThatMoveForLost) {
  sql("CREATE TABLE cfg.log (day int) PARTITION BY LIST (day); CREATE TABLE cfg.log_1 PARTITION OF cfg.log FOR VALUES "
      "IN "
      "(1); CREATE TABLE cfg.log_2 PARTITION OF cfg.log FOR VALUES IN (2); INSERT INTO cfg.log VALUES (1), (1), (2);"
      "ALTER TABLE cfg.log OWNER TO bot; ALTER TABLE cfg.log_1 OWNER TO bot; ALTER TABLE cfg.log_2 OWNER TO bot");
  revision(
      "op.execute('UPDATE cfg.log SET day = 2 WHERE day = 1')\n"
      "op.execute('ALTER TABLE cfg.log DETACH PARTITION cfg.log_2')");
  const Outcome outcome = rehearse();
  EXPECT_EQ(outcome.verdict, Verdict::passed) << text_of(outcome);
  EXPECT_THAT(outcome.details, Not(Contains(HasSubstr("deletes"))));
}

TEST_F(Rehearsal, SeesThatRowsAreReplacedByOthers) {
  sql("CREATE FUNCTION cfg.renew() RETURNS void LANGUAGE sql AS 'DELETE FROM cfg.panels; INSERT INTO cfg.panels VALUES "
      "(7), (8)'");
  revision("op.execute('SELECT cfg.renew()')");
  const Outcome outcome = rehearse();
  EXPECT_EQ(outcome.verdict, Verdict::blocked) << text_of(outcome);
  EXPECT_THAT(outcome.next, HasSubstr("002:hidden-destruction:cfg.panels"));
}

TEST_F(Rehearsal, KnowsAPartitionedTableByItsOwnName) {
  sql("CREATE TABLE cfg.log (day int, note text) PARTITION BY LIST (day); CREATE TABLE cfg.log_1 PARTITION OF cfg.log "
      "FOR "
      "VALUES IN (1); INSERT INTO cfg.log VALUES (1, 'x'); CREATE TABLE cfg.old (LIKE cfg.log) PARTITION BY LIST (day);"
      "CREATE TABLE cfg.old_1 PARTITION OF cfg.old FOR VALUES IN (1); INSERT INTO cfg.old VALUES (1, 'x');"
      "ALTER TABLE cfg.log OWNER TO bot; ALTER TABLE cfg.log_1 OWNER TO bot; ALTER TABLE cfg.old OWNER TO bot;"
      "ALTER TABLE cfg.old_1 OWNER TO bot");
  revision("op.drop_column('log', 'note', schema='cfg')\nop.drop_table('old', schema='cfg')");
  const Outcome outcome = rehearse();
  EXPECT_EQ(outcome.verdict, Verdict::passed) << text_of(outcome);
  EXPECT_THAT(outcome.details, Contains("drops cfg.old with 1 rows"));
}

TEST_F(Rehearsal, DoesNotTakeOneWordAboutATableForAnother) {
  sql("CREATE TABLE cfg.orders (id int, note text); INSERT INTO cfg.orders VALUES (1, 'x'); ALTER TABLE cfg.orders "
      "OWNER "
      "TO bot; CREATE FUNCTION cfg.tidy_up() RETURNS void LANGUAGE sql AS 'DELETE FROM cfg.orders'");
  revision("op.drop_column('orders', 'note', schema='cfg')\nop.execute('SELECT cfg.tidy_up()')");
  const Outcome outcome = rehearse();
  EXPECT_EQ(outcome.verdict, Verdict::blocked) << text_of(outcome);
  EXPECT_THAT(outcome.next, HasSubstr("002:hidden-destruction:cfg.orders"));
}

TEST_F(Rehearsal, GoesOnAfterAnErrorBehindASavepoint) {
  revision(
      "import sqlalchemy.exc\n"
      "op.execute('LOCK TABLE cfg.panels IN ACCESS EXCLUSIVE MODE')\n"
      "try:\n"
      "    with op.get_bind().begin_nested():\n"
      "        op.execute('SELECT 1 / 0')\n"
      "except sqlalchemy.exc.DataError:\n"
      "    op.execute('SELECT pg_sleep(0.2)')");
  rehearsal_settings.set("max_lock", std::chrono::milliseconds(150), {});
  const Outcome outcome = rehearse();
  EXPECT_EQ(outcome.verdict, Verdict::blocked) << text_of(outcome);
  EXPECT_THAT(outcome.next, HasSubstr("rehearsed-lock:cfg.panels"));
}

TEST_F(Rehearsal, SeesWhatADoBlockDoes) {
  revision("op.execute(\"DO $$ BEGIN EXECUTE 'ALTER TABLE cfg.' || 'panels ADD COLUMN n int'; END $$\")");
  const Outcome outcome = rehearse();
  EXPECT_THAT(outcome.details, Contains("schema: TABLE cfg.panels is changed"));
  EXPECT_THAT(outcome.details, Contains(HasSubstr("locks cfg.panels: ACCESS EXCLUSIVE")));
}

/// Each driver speaks to the server in its own way.
class RehearsalBy : public Rehearsal {
 protected:
  void expect_recorded(const std::string& driver, const char* with_env_py) {
    bench.checkout.write("migrations/env.py", with_env_py);
    bench.application.database.driver = driver;
    revision("op.execute('UPDATE cfg.panels SET id = id')\nop.execute('TRUNCATE cfg.panels')",
             "op.execute('SELECT 1')");
    const Outcome outcome = rehearse();
    EXPECT_EQ(outcome.verdict, Verdict::passed) << outcome.summary << text_of(outcome);
    EXPECT_THAT(outcome.details, Contains("deletes 2 of 2 rows of cfg.panels"));
    EXPECT_THAT(outcome.details, Contains(HasSubstr("locks cfg.panels: ACCESS EXCLUSIVE")));
    EXPECT_GT(facts(outcome)["revisions_us"]["002"].as_integer(), 0);
  }
};

TEST_F(RehearsalBy, Psycopg2) {
  expect_recorded("psycopg2", rehearsed_env_py);
}
TEST_F(RehearsalBy, Asyncpg) {
  expect_recorded("asyncpg", rehearsed_async_env_py);
}
TEST_F(RehearsalBy, Psycopg3) {
  if (sh("/usr/bin/python3 -c 'import sqlalchemy; print(sqlalchemy.__version__[0])'") == "1")
    GTEST_SKIP() << "this Debian's SQLAlchemy knows no psycopg 3";
  expect_recorded("psycopg", rehearsed_env_py);
}

}  // namespace
}  // namespace orchestrate
