#include "schema/state.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/detached.hpp>
#include <boost/asio/io_context.hpp>
#include <memory>

#include "../system/on_loop.hpp"
#include "../system/temporary_postgres.hpp"
#include "orchestrate/error.hpp"
#include "schema/advisory_lock.hpp"
#include "schema/backends.hpp"
#include "system/clock.hpp"
#include "system/database.hpp"

namespace orchestrate {
namespace {

using namespace std::chrono_literals;
using testing::ElementsAre;
using testing::HasSubstr;

const TableName version_table{"cfg", "alembic_version"};

/// A database with one of everything in schema cfg, as an unprivileged owner sees it.
class Schema : public testing::Test {
 protected:
  static void SetUpTestSuite() {
    server = std::make_unique<TemporaryPostgres>();
    server->sql("CREATE ROLE bot LOGIN; CREATE ROLE reader");
    server->sql("CREATE DATABASE appdb OWNER bot");
  }
  static void TearDownTestSuite() { server.reset(); }

  void SetUp() override {
    server->sql(R"(
      DROP SCHEMA IF EXISTS cfg CASCADE;
      CREATE SCHEMA cfg AUTHORIZATION bot;
      SET ROLE bot;
      CREATE TYPE cfg.mood AS ENUM ('good', 'bad');
      CREATE TABLE cfg.alembic_version (version_num varchar(32) PRIMARY KEY);
      INSERT INTO cfg.alembic_version VALUES ('002_panels');
      CREATE TABLE cfg.panels (id bigserial PRIMARY KEY, title text NOT NULL DEFAULT 'x', mood cfg.mood);
      CREATE INDEX ix_title ON cfg.panels (title);
      CREATE FUNCTION cfg.answer() RETURNS int LANGUAGE sql AS 'SELECT 42';
      CREATE VIEW cfg.titles AS SELECT mood FROM cfg.panels;
      ALTER TABLE cfg.panels ENABLE ROW LEVEL SECURITY;
      CREATE POLICY all_of_them ON cfg.panels USING (true);)",
                "appdb");
    database = connect();
  }

  std::unique_ptr<Database> connect() {
    DatabaseUrl url = server->url("appdb");
    url.user = "bot";
    return on_loop(io, databases->connect(url, {}, {}));
  }
  std::string print() {
    const std::vector<std::string> schemas = {"cfg"};
    return on_loop(io, fingerprint(*database, schemas, {}));
  }
  static void sql(const std::string& text) { server->sql("SET ROLE bot; " + text, "appdb"); }

  static std::unique_ptr<TemporaryPostgres> server;
  boost::asio::io_context io;
  std::unique_ptr<Databases> databases = system::make_databases();
  std::unique_ptr<Clock> clock = system::make_clock(io);
  std::unique_ptr<Database> database;
};
std::unique_ptr<TemporaryPostgres> Schema::server;

TEST_F(Schema, FingerprintSeesEveryKindOfChange) {
  for (const char* change :
       {"ALTER TABLE cfg.panels ADD COLUMN colour text", "ALTER TABLE cfg.panels ALTER title DROP NOT NULL",
        "ALTER TABLE cfg.panels ALTER title SET DEFAULT 'y'", "ALTER TABLE cfg.panels ALTER title TYPE varchar(80)",
        "ALTER TABLE cfg.panels ADD CHECK (id > 0) NOT VALID", "CREATE INDEX ix_mood ON cfg.panels (mood)",
        "DROP INDEX cfg.ix_title", "ALTER TYPE cfg.mood ADD VALUE 'odd'",
        "CREATE OR REPLACE FUNCTION cfg.answer() RETURNS int LANGUAGE sql AS 'SELECT 43'",
        "CREATE OR REPLACE VIEW cfg.titles AS SELECT mood FROM cfg.panels WHERE id > 1",
        "ALTER POLICY all_of_them ON cfg.panels USING (id > 1)", "ALTER TABLE cfg.panels FORCE ROW LEVEL SECURITY",
        "GRANT SELECT ON cfg.panels TO reader", "COMMENT ON COLUMN cfg.panels.title IS 'shown'",
        "ALTER SEQUENCE cfg.panels_id_seq INCREMENT 2", "CREATE TABLE cfg.tempvc (id int)",
        "ALTER TABLE cfg.panels RENAME title TO heading"}) {
    const std::string before = print();
    sql(change);
    EXPECT_NE(print(), before) << change;
  }
}

TEST_F(Schema, FingerprintDoesNotChangeWithDataNorWithWhatWasRolledBack) {
  const std::string before = print();
  sql("INSERT INTO cfg.panels (title) SELECT 'x' FROM generate_series(1, 1000); UPDATE cfg.alembic_version SET "
      "version_num = '003'; ANALYZE cfg.panels");
  sql("BEGIN; ALTER TABLE cfg.panels ADD COLUMN colour text; CREATE TABLE cfg.gone (id int); ROLLBACK");
  sql("CREATE TABLE IF NOT EXISTS public.other (id int)");
  EXPECT_EQ(print(), before);
}

TEST_F(Schema, VersionRowsAreASortedSetAndNoTableIsNotAnEmptyOne) {
  sql("INSERT INTO cfg.alembic_version VALUES ('001_other_head')");
  const TableName table{"cfg", "alembic_version"}, missing{"public", "alembic_version"};
  EXPECT_THAT(*on_loop(io, version_rows(*database, table, {})), ElementsAre("001_other_head", "002_panels"));
  EXPECT_EQ(on_loop(io, version_rows(*database, missing, {})), std::nullopt);
  EXPECT_EQ(on_loop(io, version_rows_at_once(*database, table, {})), on_loop(io, version_rows(*database, table, {})));
  const TableName no_schema{"nowhere", "alembic_version"};
  for (const TableName& none : {missing, no_schema})
    EXPECT_EQ(on_loop(io, version_rows_at_once(*database, none, {})), std::nullopt);
}

TEST_F(Schema, NamesWhatIsHalfMade) {
  sql("INSERT INTO cfg.panels (title) VALUES ('same'), ('same')");
  EXPECT_THROW(server->sql("CREATE UNIQUE INDEX CONCURRENTLY ix_unique ON cfg.panels (title)", "appdb"), Error);
  sql("ALTER TABLE cfg.panels ADD CONSTRAINT positive CHECK (id > 0) NOT VALID");
  const std::vector<std::string> schemas = {"cfg"};
  EXPECT_THAT(on_loop(io, half_made_objects(*database, schemas, {})),
              ElementsAre("constraint positive on cfg.panels is not validated", "index cfg.ix_unique is INVALID"));
}

TEST_F(Schema, NamesWhatARoleMayNotUseThatMayUseMostOfTheRest) {
  server->sql(
      "CREATE ROLE web; CREATE ROLE viewer; CREATE SCHEMA shop;"
      "CREATE TABLE shop.a (id serial); CREATE TABLE shop.b (id int); CREATE TABLE shop.c (id serial);"
      "GRANT SELECT, INSERT ON shop.a, shop.b TO web; GRANT USAGE ON shop.a_id_seq TO web; GRANT SELECT ON shop.a TO "
      "viewer",
      "appdb");
  const std::vector<std::string> schemas = {"shop"};
  EXPECT_THAT(on_loop(io, half_made_objects(*database, schemas, {})),
              ElementsAre("table shop.c may not be used by web, who may use 2 of 3 of its kind there"));
  server->sql("GRANT SELECT ON shop.c TO PUBLIC; CREATE TABLE shop.d (id int GENERATED ALWAYS AS IDENTITY)", "appdb");
  server->sql("GRANT SELECT ON shop.d TO web; GRANT SELECT ON shop.b TO viewer", "appdb");
  EXPECT_THAT(on_loop(io, half_made_objects(*database, schemas, {})),
              ElementsAre("table shop.d may not be used by viewer, who may use 3 of 4 of its kind there"));
  server->sql("DROP SCHEMA shop CASCADE; DROP ROLE web; DROP ROLE viewer", "appdb");
}

TEST_F(Schema, IdentityIsReadableWithoutPrivilegesAndTellsServersApart) {
  const auto identity = on_loop(io, read_identity(*database, {}));
  EXPECT_EQ(identity.name, "appdb");
  EXPECT_GE(identity.server_version, 120000);
  const TemporaryPostgres other;
  const auto elsewhere = on_loop(io, databases->connect(other.url(), {}, {}));
  EXPECT_NE(on_loop(io, read_identity(*elsewhere, {})).system_identifier, identity.system_identifier);
}

TEST_F(Schema, StateSurvivesItsJson) {
  const std::vector<std::string> schemas = {"cfg"};
  const auto state = on_loop(io, read_state(*database, {"cfg", "alembic_version"}, schemas, {}));
  EXPECT_EQ(state_from_json(to_json(state)), state);
}

TEST_F(Schema, OneRunHoldsTheLockAndTheOtherIsToldWhoseItIs) {
  DatabaseUrl url = server->url("appdb");
  const TableName table{"cfg", "alembic_version"};
  const auto first = make_advisory_lock(*databases, *clock, url, table, "apply r1 on vps1");
  const auto second = make_advisory_lock(*databases, *clock, url, table, "apply r2 on vps2");
  EXPECT_EQ(on_loop(io, first->acquire({})), std::nullopt);
  EXPECT_TRUE(on_loop(io, first->held({})));
  const auto holder = on_loop(io, second->acquire({}));
  ASSERT_TRUE(holder);
  EXPECT_THAT(*holder, HasSubstr("apply r1 on vps1"));
  EXPECT_FALSE(on_loop(io, second->held({})));
  first->release();
  EXPECT_EQ(on_loop(io, second->acquire({})), std::nullopt);
}

TEST_F(Schema, ALockWhoseSessionWasTerminatedIsNotHeld) {
  const auto lock =
      make_advisory_lock(*databases, *clock, server->url("appdb"), {"cfg", "alembic_version"}, "apply r1");
  ASSERT_EQ(on_loop(io, lock->acquire({})), std::nullopt);
  server->sql("SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE application_name = 'orchestrate apply r1'");
  EXPECT_FALSE(on_loop(io, lock->held({})));
}

TEST_F(Schema, AnUpgradeThatOutlivedItsRunIsAtWorkUntilItsSessionEnds) {
  SessionOptions options;
  options.application_name = migration_application_name("r1");
  auto migration = on_loop(io, databases->connect(server->url("appdb"), options, {}));
  const auto other = on_loop(io, others_at_work(*database, *clock, version_table, 0ms, {}));
  EXPECT_THAT(other.value_or("nobody"), HasSubstr("orchestrate upgrade r1 (backend "));
  migration.reset();
  EXPECT_EQ(on_loop(io, others_at_work(*database, *clock, version_table, 5s, {})), std::nullopt);
}

TEST_F(Schema, WhoeverHasWrittenAndHoldsTheVersionTableIsAtWork) {
  const SessionOptions options{.application_name = "by hand", .read_only = false};
  const auto somebody = on_loop(io, databases->connect(server->url("appdb"), options, {}));
  on_loop(io, somebody->query("BEGIN", {}));
  on_loop(io, somebody->query("SELECT * FROM cfg.alembic_version", {}));
  EXPECT_EQ(on_loop(io, others_at_work(*database, *clock, version_table, 0ms, {})), std::nullopt);
  on_loop(io, somebody->query("CREATE TABLE cfg.more ()", {}));
  const auto other = on_loop(io, others_at_work(*database, *clock, version_table, 0ms, {}));
  EXPECT_THAT(other.value_or("nobody"), HasSubstr("by hand (backend "));
  on_loop(io, somebody->query("ROLLBACK", {}));
  EXPECT_EQ(on_loop(io, others_at_work(*database, *clock, version_table, 0ms, {})), std::nullopt);
}

TEST_F(Schema, ALockThatIsFreeWaitsForTheUpgradeThatOutlivedItsRun) {
  SessionOptions options;
  options.application_name = migration_application_name("r1");
  auto migration = on_loop(io, databases->connect(server->url("appdb"), options, {}));
  const auto lock = make_advisory_lock(*databases, *clock, server->url("appdb"), version_table, "apply r2");
  boost::asio::co_spawn(
      io,
      [&]() -> Task<> {
        while (server->sql("SELECT 1 FROM pg_locks WHERE locktype = 'advisory'", "appdb").empty())
          co_await clock->sleep(20ms, {});
        migration.reset();
      },
      boost::asio::detached);
  EXPECT_EQ(on_loop(io, lock->acquire({})), std::nullopt);
  EXPECT_EQ(migration, nullptr);
}

TEST_F(Schema, WaitingForAMigrationsSessionsNamesTheOneThatStays) {
  SessionOptions options;
  options.application_name = migration_application_name("r1");
  const auto migration = on_loop(io, databases->connect(server->url("appdb"), options, {}));
  try {
    on_loop(io, wait_for_backends(*database, *clock, options.application_name, {"cfg", "alembic_version"}, 150ms));
    FAIL() << "did not wait";
  } catch (const Error& error) {
    EXPECT_THAT(error.what(), HasSubstr("still works"));
  }
}

}  // namespace
}  // namespace orchestrate
