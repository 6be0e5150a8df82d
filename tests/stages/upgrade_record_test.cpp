#include "stages/upgrade_record.hpp"

#include <gmock/gmock.h>

#include "orchestrate/evidence.hpp"
#include "stages/rehearsing_bot.hpp"

namespace orchestrate {
namespace {

using testing::Contains;
using testing::ElementsAre;
using testing::Gt;
using testing::HasSubstr;
using testing::IsEmpty;
using testing::MatchesRegex;
using testing::SizeIs;
using testing::StartsWith;

/// On a server that counts statements, as the bot's role may see.
class UpgradeRecorded : public RehearsingBot {
 protected:
  UpgradeRecorded() { sql("CREATE EXTENSION IF NOT EXISTS pg_stat_statements"); }

  void rehearsed(bool in_another_run = false) {
    const Outcome outcome = rehearse();
    ASSERT_EQ(outcome.verdict, Verdict::passed) << outcome.summary << text_of(outcome) << log();
    if (in_another_run)
      bench.rehearsed = LastRehearsal{facts(outcome), bench.clock->now()};
    else
      bench.prove(outcome.evidence);
  }
  /// Upgrades, and acts while the migration waits.
  Outcome upgrade_while(std::function<void()> act) {
    upgrade_settings.set("lock_timeout", std::chrono::milliseconds(20000), {});
    revision("op.execute('SELECT pg_advisory_xact_lock(1)')");
    rehearsed();
    somebody.emplace(bench, server->url("app"));
    somebody->run("SELECT pg_advisory_lock(1)");
    once_it_waits([this, act = std::move(act)] {
      act();
      somebody->release();
    });
    return upgrade();
  }
  /// What the run then knows of its statements.
  const Json& recorded() const {
    for (const auto& [name, value] : bench.facts)
      if (name == fact::upgrade_recorded) return value;
    static const Json none;
    return none;
  }
};

/// All kinds of statements that a migration has.
constexpr const char* many =
    R"py(op.add_column('panels', sa.Column('note', sa.Text(), server_default='none'), schema='cfg')
op.execute("INSERT INTO cfg.panels (id, note) VALUES (7, 'seven'), (8, 'eight')")
op.execute("UPDATE cfg.panels SET note = 'one', id = id + 100 WHERE id IN (1, 2, 3)")
op.execute("CREATE TABLE cfg.first (id int PRIMARY KEY, at interval DEFAULT interval '1 day'); COMMENT ON TABLE cfg.first IS 'a; b'")
op.execute("DO $$ BEGIN EXECUTE 'CREATE TABLE cfg.second ()'; END $$")
op.bulk_insert(sa.table('panels', sa.column('id', sa.Integer), schema='cfg'), [{'id': 21}, {'id': 22}, {'id': 23}])
op.create_index('ix_panels', 'panels', ['id'], schema='cfg', postgresql_where=sa.text("note <> 'x'")))py";

TEST_F(UpgradeRecorded, RunsAsItWasRehearsed) {
  revision(many);
  rehearsed();
  const Outcome outcome = upgrade();
  ASSERT_EQ(outcome.verdict, Verdict::passed) << outcome.summary << text_of(outcome);
  EXPECT_THAT(outcome.details,
              ElementsAre(MatchesRegex("002 ran (under 1|[0-9.]+) m?s, on the copy (under 1|[0-9.]+) m?s")));
  EXPECT_EQ(outcome.summary, "001 -> 002, as rehearsed");
  EXPECT_EQ(to_text(recorded()["not_run"]) + to_text(recorded()["not_rehearsed"]), "[][]");
  EXPECT_THAT(recorded()["revisions"]["002"]["took_us"].as_integer(), Gt(0));
}

TEST_F(UpgradeRecorded, ByAnotherDriverToo) {
  bench.checkout.write("migrations/env.py", rehearsed_async_env_py);
  bench.application.database.driver = "asyncpg";
  const std::string url = "postgresql+asyncpg://bot@/app?host=" + server->socket_directory().string();
  bench.application.environment = {{"DATABASE_URL", Secret(url)}};
  revision("op.execute('UPDATE cfg.panels SET id = id')\nop.execute('TRUNCATE cfg.panels')", "op.execute('SELECT 1')");
  rehearsed();
  const Outcome outcome = upgrade();
  EXPECT_THAT(outcome.details, ElementsAre(StartsWith("002 ran ")));
}

TEST_F(UpgradeRecorded, IsComparedWithARehearsalOfTheSameFilesBefore) {
  revision(many);
  rehearsed(true);
  EXPECT_THAT(upgrade().details, ElementsAre(StartsWith("002 ran ")));
}

TEST_F(UpgradeRecorded, IsNotComparedWithARehearsalOfOtherFiles) {
  revision(many);
  rehearsed(true);
  revision("op.execute('SELECT 1')");
  reviewed();
  EXPECT_THAT(upgrade().details, IsEmpty());
}

TEST_F(UpgradeRecorded, TellsWhatWasNotAsRehearsed) {
  sql("CREATE TABLE cfg.flag (here boolean); INSERT INTO cfg.flag VALUES (false); ALTER TABLE cfg.flag OWNER TO bot");
  revision(R"py(if op.get_bind().execute(sa.text('SELECT here FROM cfg.flag')).scalar():
    op.execute("ALTER TABLE cfg.panels ADD COLUMN here text DEFAULT ''")
else:
    op.execute("ALTER TABLE cfg.panels ADD COLUMN there text DEFAULT 'x'"))py");
  rehearsed();
  sql("UPDATE cfg.flag SET here = true");
  const Outcome outcome = upgrade();
  EXPECT_EQ(outcome.verdict, Verdict::passed) << text_of(outcome);
  EXPECT_THAT(
      outcome.details,
      ElementsAre(StartsWith("002 ran "),
                  "ran on the copy and not here: ALTER TABLE cfg.panels ADD COLUMN there text DEFAULT 'x'",
                  "ran here meanwhile and not on the copy: ALTER TABLE cfg.panels ADD COLUMN here text DEFAULT ''"));
  EXPECT_EQ(outcome.summary, "001 -> 002, not as rehearsed");
  EXPECT_THAT(recorded()["not_run"].as_strings(), SizeIs(1));
  EXPECT_THAT(recorded()["not_rehearsed"].as_strings(), SizeIs(1));
}

TEST_F(UpgradeRecorded, LeavesTheApplicationsOwnStatementsOut) {
  const Outcome outcome = upgrade_while(
      [this] { sql("SET ROLE bot; INSERT INTO cfg.panels VALUES (9); DELETE FROM cfg.panels WHERE id = 9"); });
  EXPECT_THAT(outcome.details, Contains(StartsWith("002 ran ")));
  EXPECT_EQ(to_text(recorded()["not_rehearsed"]), "[]");
}

TEST_F(UpgradeRecorded, LeavesTemporaryTablesOfOthersOut) {
  upgrade_while([this] { sql("SET ROLE bot; CREATE TEMP TABLE mine (id int); DROP TABLE mine"); });
  EXPECT_EQ(to_text(recorded()["not_rehearsed"]), "[]");
}

TEST_F(UpgradeRecorded, SaysWhereItRanAsARoleWhoseStatementsAreHidden) {
  server->sql("DROP ROLE IF EXISTS keeper");
  server->sql("CREATE ROLE keeper; GRANT keeper TO bot");
  sql("ALTER SCHEMA cfg OWNER TO keeper; ALTER TABLE cfg.panels OWNER TO keeper; GRANT ALL ON cfg.alembic_version TO "
      "keeper;"
      "GRANT USAGE ON SCHEMA cfg TO bot; GRANT SELECT ON cfg.panels TO bot");
  std::string env_py = rehearsed_env_py;
  env_py.insert(env_py.find("with engine"), R"py(
from sqlalchemy import event

@event.listens_for(engine, "connect")
def as_keeper(connection, _):
    connection.cursor().execute("SET ROLE keeper")
    connection.commit()

)py");
  bench.checkout.write("migrations/env.py", env_py);
  revision("op.add_column('panels', sa.Column('note', sa.Text()), schema='cfg')",
           "op.drop_column('panels', 'note', schema='cfg')");
  rehearsed();
  const Outcome outcome = upgrade();
  EXPECT_EQ(outcome.summary, "001 -> 002") << text_of(outcome);
  EXPECT_THAT(outcome.details, ElementsAre(HasSubstr("it ran as another role")));
}

TEST_F(UpgradeRecorded, SaysWhereTheServerHasForgottenStatements) {
  const Outcome outcome = upgrade_while([this] { sql("SELECT pg_stat_statements_reset()"); });
  EXPECT_THAT(outcome.details, Contains(HasSubstr("the server forgot some statements meanwhile")));
  EXPECT_TRUE(recorded().is_null());
}

TEST_F(UpgradeRecorded, IsSilentWhereTheServerDoesNotCount) {
  sql("DROP EXTENSION pg_stat_statements");
  revision(many);
  rehearsed();
  EXPECT_THAT(upgrade().details, IsEmpty());
}

}  // namespace
}  // namespace orchestrate
