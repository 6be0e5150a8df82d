#include <gmock/gmock.h>

#include <fstream>

#include "stages/migrated_project.hpp"
#include "system/database.hpp"

namespace orchestrate {
namespace {

using testing::HasSubstr;
using testing::IsEmpty;
using testing::Not;

/// A session of somebody else, left as `statements` leave it.
class OtherSession {
 public:
  OtherSession(MigratedProject& project, const std::string& user, const std::string& application) : project_(project) {
    DatabaseUrl url = project.postgres.url("app");
    url.user = user;
    SessionOptions options;
    options.application_name = application;
    options.read_only = false;
    database_ = project.bench.checkout.wait(databases_->connect(url, options, {}));
  }
  void run(const std::string& statement) { project_.bench.checkout.wait(database_->query(statement, {}, {})); }

 private:
  MigratedProject& project_;
  std::unique_ptr<Databases> databases_ = system::make_databases();
  std::unique_ptr<Database> database_;
};

std::string refusal(MigratedProject& project) {
  const Outcome outcome = project.preflight();
  EXPECT_EQ(outcome.verdict, Verdict::failed);
  return text_of(outcome);
}
Json pending(MigratedProject& project) {
  const Outcome outcome = project.preflight();
  EXPECT_EQ(outcome.verdict, Verdict::passed) << text_of(outcome);
  return outcome.evidence.empty() ? Json() : outcome.evidence.back().facts;
}

TEST(PreflightDatabase, RefusesARoleThatMayNotCreateInTheSchema) {
  MigratedProject project;
  project.sql("ALTER SCHEMA cfg OWNER TO postgres; GRANT USAGE ON SCHEMA cfg TO bot");
  EXPECT_THAT(refusal(project), HasSubstr("role: role bot may not create in schema cfg; fix: psql -d app -c "
                                          "'GRANT USAGE, CREATE ON SCHEMA \"cfg\" TO \"bot\"'"));
}

TEST(PreflightDatabase, RefusesARoleThatDoesNotOwnATableThatWillChange) {
  MigratedProject project;
  project.sql("CREATE TABLE cfg.by_hand (id int)");
  EXPECT_EQ(project.preflight().verdict, Verdict::passed);
  project.pending("op.execute('ALTER TABLE cfg.by_hand ADD COLUMN name text')");
  EXPECT_THAT(refusal(project),
              HasSubstr("owners: role bot does not own cfg.by_hand (owner postgres); fix: ALTER TABLE "
                        "cfg.by_hand OWNER TO \"bot\""));
}

TEST(PreflightDatabase, LeavesTheTablesOfOtherAppsToTheReview) {
  MigratedProject project;
  project.sql("CREATE TABLE public.orders (id int)");
  project.pending("op.execute('ALTER TABLE public.orders ADD COLUMN note text')");
  EXPECT_EQ(project.preflight().verdict, Verdict::passed);
}

TEST(PreflightDatabase, NeedsNotOwnATableThatIsOnlyReferredTo) {
  MigratedProject project;
  project.sql("CREATE TABLE cfg.by_hand (id int PRIMARY KEY); GRANT REFERENCES ON cfg.by_hand TO bot");
  project.pending("op.create_foreign_key('k', 'panels', 'by_hand', ['id'], ['id'], 'cfg', referent_schema='cfg')");
  EXPECT_EQ(project.preflight().verdict, Verdict::passed);
}

TEST(PreflightDatabase, AcceptsTablesOfARoleThatOursIsIn) {
  MigratedProject project;
  project.sql(
      "CREATE ROLE owners; GRANT owners TO bot; CREATE TABLE cfg.shared (id int);"
      "ALTER TABLE cfg.shared OWNER TO owners");
  project.pending("op.drop_table('shared', schema='cfg')");
  EXPECT_EQ(project.preflight().verdict, Verdict::passed);
}

TEST(PreflightDatabase, RefusesAReadOnlyDatabase) {
  MigratedProject project;
  project.sql("ALTER DATABASE app SET default_transaction_read_only = on");
  EXPECT_THAT(refusal(project), HasSubstr("writable: default_transaction_read_only is on"));
}

TEST(PreflightDatabase, RefusesAReplica) {
  MigratedProject project;
  project.postgres.stop_fast();
  std::ofstream(project.postgres.data_directory() / "standby.signal");
  project.postgres.start();
  EXPECT_THAT(refusal(project), HasSubstr("writable: the server is a replica, which nobody can write to"));
}

/// A transaction pooler as a session shows it: another process answers than the one that said hello.
class Pooled final : public Databases {
 public:
  Task<std::unique_ptr<Database>> connect(DatabaseUrl url, SessionOptions options, std::stop_token stop) override {
    auto session = co_await real_->connect(url, options, stop);
    co_return std::make_unique<Session>(std::move(session));
  }

 private:
  class Session final : public Database {
   public:
    explicit Session(std::unique_ptr<Database> real) : real_(std::move(real)) {}
    Task<Rows> query(std::string sql, std::vector<std::string> parameters, std::stop_token stop) override {
      return real_->query(std::move(sql), std::move(parameters), std::move(stop));
    }
    bool alive() const override { return real_->alive(); }
    int backend_pid() const override { return real_->backend_pid() + 1; }

   private:
    std::unique_ptr<Database> real_;
  };
  std::unique_ptr<Databases> real_ = system::make_databases();
};

TEST(PreflightDatabase, RefusesAPooler) {
  MigratedProject project;
  project.bench.databases = std::make_unique<Pooled>();
  EXPECT_THAT(refusal(project), HasSubstr("leads through a connection pooler; fix: add migrations.direct_url"));
}

TEST(PreflightDatabase, AnEmptyDatabaseIsMigratedFromBase) {
  MigratedProject project;
  project.sql("DROP SCHEMA cfg CASCADE");
  EXPECT_EQ(to_text(pending(project)), R"({"from":[],"to":["002"],"revisions":["001","002"]})");
}

TEST(PreflightDatabase, RefusesTablesWithoutAVersionTableAndNamesAdopt) {
  MigratedProject project;
  project.sql("DROP TABLE cfg.alembic_version");
  EXPECT_THAT(refusal(project),
              HasSubstr("version table: there is no cfg.alembic_version, but there are tables already: "
                        "cfg.panels; fix: orchestrate adopt bot --stamp REV"));
}

TEST(PreflightDatabase, NamesAVersionTableInAnotherSchema) {
  MigratedProject project;
  project.sql("ALTER TABLE cfg.alembic_version SET SCHEMA public");
  EXPECT_THAT(refusal(project), HasSubstr("fix: migrations.version_table: public.alembic_version"));
}

TEST(PreflightDatabase, RefusesARevisionThatNoFileIs) {
  MigratedProject project;
  project.sql("UPDATE cfg.alembic_version SET version_num = '009_future'");
  EXPECT_THAT(refusal(project), HasSubstr("revisions: the database is at 009_future, which no version file is"));
}

TEST(PreflightDatabase, RefusesTwoHeads) {
  MigratedProject project;
  project.revision("002b", "001");
  EXPECT_THAT(refusal(project), HasSubstr("revisions: "));
}

TEST(PreflightDatabase, HasNothingPendingAtHead) {
  MigratedProject project;
  project.sql("UPDATE cfg.alembic_version SET version_num = '002'");
  EXPECT_EQ(to_text(pending(project)), R"({"from":["002"],"to":["002"],"revisions":[]})");
}

/// Revision 002 adds a column to cfg.panels.
class PanelsProject : public MigratedProject {
 public:
  PanelsProject() {
    pending("op.add_column('panels', sa.Column('title', sa.Text()), schema='cfg')");
    settings.set("long_transaction", std::chrono::milliseconds(0), {});
  }
};

/// Runs `statement` in a transaction that stays open; it is a long one at once.
class OpenTransaction : public OtherSession {
 public:
  OpenTransaction(MigratedProject& project, const std::string& statement) : OtherSession(project, "bot", "psql") {
    run("BEGIN");
    run(statement);
  }
};

TEST(PreflightActivity, NamesATransactionThatHoldsLocksForLong) {
  PanelsProject project;
  OtherSession other(project, "bot", "the bot");
  other.run("BEGIN");
  other.run("SELECT * FROM cfg.panels");
  EXPECT_THAT(refusal(project), testing::ContainsRegex("activity: pid [0-9]+ is a long transaction: user bot, "
                                                       "application the bot, age 00:00:0[0-9], holds cfg.panels "
                                                       "AccessShareLock; fix: wait until it ends"));
}

TEST(PreflightActivity, NamesASessionThatIsIdleInATransaction) {
  PanelsProject project;
  project.settings.set("long_transaction", std::chrono::milliseconds(60000), {});
  OtherSession other(project, "bot", "psql");
  other.run("BEGIN");
  other.run("LOCK TABLE cfg.panels IN SHARE MODE");
  EXPECT_THAT(refusal(project), HasSubstr("is idle in a transaction: user bot, application psql"));
}

TEST(PreflightActivity, SaysWhenTheAgeOfAForeignTransactionIsHidden) {
  PanelsProject project;
  OtherSession other(project, "postgres", "psql");
  other.run("BEGIN");
  other.run("SELECT * FROM cfg.panels");
  EXPECT_THAT(refusal(project), HasSubstr("GRANT pg_read_all_stats"));
}

TEST(PreflightActivity, IgnoresTransactionsOnTablesThatArePassedOver) {
  PanelsProject project;
  project.sql("SET ROLE bot; CREATE TABLE cfg.other (id int)");
  const OpenTransaction other(project, "INSERT INTO cfg.other VALUES (1)");
  const Outcome outcome = project.preflight();
  EXPECT_EQ(outcome.verdict, Verdict::passed) << text_of(outcome);
}

TEST(PreflightActivity, NamesWhoeverKeepsWritersOutOfAnyTableOfTheApp) {
  PanelsProject project;
  project.sql("SET ROLE bot; CREATE TABLE cfg.other (id int)");
  const OpenTransaction other(project, "ALTER TABLE cfg.other ADD COLUMN name text");
  EXPECT_THAT(refusal(project), HasSubstr("holds cfg.other AccessExclusiveLock"));
}

TEST(PreflightActivity, AlwaysCountsTheVersionTable) {
  MigratedProject project;
  project.settings.set("long_transaction", std::chrono::milliseconds(0), {});
  const OpenTransaction other(project, "SELECT * FROM cfg.alembic_version");
  EXPECT_THAT(refusal(project), HasSubstr("holds cfg.alembic_version AccessShareLock"));
}

struct Locked {
  const char* name;
  const char* tables;  ///< made by role bot
  const char* pending;
  const char* by_another;
  const char* expected;
};
class PreflightLocks : public testing::TestWithParam<Locked> {};

TEST_P(PreflightLocks, IncludesWhatNoStatementNames) {
  PanelsProject project;
  project.sql(std::string("SET ROLE bot; ") + GetParam().tables);
  project.pending(GetParam().pending);
  const OpenTransaction other(project, GetParam().by_another);
  EXPECT_THAT(refusal(project), AllOf(HasSubstr(GetParam().expected), Not(HasSubstr("nobody can tell"))));
}

constexpr const char* parent_and_child =
    "CREATE TABLE cfg.parent (id int PRIMARY KEY); CREATE TABLE cfg.child (id int PRIMARY KEY REFERENCES cfg.parent ON "
    "DELETE CASCADE); CREATE TABLE cfg.grandchild (id int REFERENCES cfg.child ON DELETE CASCADE)";
constexpr const char* partitioned =
    "CREATE TABLE cfg.logs (id int) PARTITION BY LIST (id); CREATE TABLE cfg.logs_1 PARTITION OF cfg.logs FOR VALUES "
    "IN "
    "(1); CREATE TABLE cfg.logs_2 PARTITION OF cfg.logs FOR VALUES IN (2)";

INSTANTIATE_TEST_SUITE_P(
    Catalog, PreflightLocks,
    testing::Values(
        Locked{"ForeignKeyParent", parent_and_child, "op.drop_table('child', schema='cfg')", "SELECT * FROM cfg.parent",
               "holds cfg.parent AccessShareLock"},
        Locked{"ForeignKeyChild", parent_and_child, "op.execute('ALTER TABLE cfg.parent DROP COLUMN id')",
               "SELECT * FROM cfg.child", "holds cfg.child AccessShareLock"},
        Locked{"WhereADeletionIsPassedOn", parent_and_child, "op.execute('DELETE FROM cfg.parent WHERE id = 1')",
               "INSERT INTO cfg.grandchild VALUES (NULL)", "holds cfg.grandchild RowExclusiveLock"},
        Locked{"NewForeignKey", "CREATE TABLE cfg.users (id int PRIMARY KEY)",
               "op.create_table('notes', sa.Column('by', sa.Integer(), sa.ForeignKey('cfg.users.id')), schema='cfg')",
               "SELECT * FROM cfg.users", "holds cfg.users AccessShareLock"},
        Locked{"Partition", partitioned, "op.execute('ALTER TABLE cfg.logs ADD COLUMN x int')",
               "SELECT * FROM cfg.logs_2", "holds cfg.logs_2 AccessShareLock"},
        Locked{"PartitionedTable", partitioned, "op.execute('DROP TABLE cfg.logs_1')", "SELECT * FROM cfg.logs",
               "holds cfg.logs AccessShareLock"},
        Locked{"TableOfAnIndex", "CREATE TABLE cfg.users (id int); CREATE INDEX ix ON cfg.users (id)",
               "op.execute('DROP INDEX cfg.ix')", "SELECT * FROM cfg.users", "holds cfg.users AccessShareLock"},
        Locked{"TableBehindAView", "CREATE TABLE cfg.users (id int); CREATE VIEW cfg.v AS SELECT * FROM cfg.users",
               "op.execute('UPDATE cfg.v SET id = 1')", "INSERT INTO cfg.users VALUES (1)",
               "holds cfg.users RowExclusiveLock"},
        Locked{"AnySchemaOfAnUnqualifiedName", "CREATE TABLE cfg.users (id int)",
               "op.add_column('users', sa.Column('x', sa.Text()))", "SELECT * FROM cfg.users",
               "holds cfg.users AccessShareLock"}),
    [](const auto& test) { return test.param.name; });

struct Opaque {
  const char* name;
  const char* pending;
  const char* why;
};
class PreflightUnknown : public testing::TestWithParam<Opaque> {};

TEST_P(PreflightUnknown, CountsEveryTableOfTheAppAndSaysWhy) {
  PanelsProject project;
  project.sql(
      "SET ROLE bot; CREATE TABLE cfg.other (id int); CREATE FUNCTION cfg.f() RETURNS trigger LANGUAGE plpgsql "
      "AS 'BEGIN RETURN NEW; END'; CREATE TRIGGER stamp BEFORE UPDATE ON cfg.panels FOR EACH ROW "
      "EXECUTE FUNCTION cfg.f()");
  project.pending(GetParam().pending);
  const OpenTransaction other(project, "SELECT * FROM cfg.other");
  EXPECT_THAT(refusal(project), AllOf(HasSubstr("holds cfg.other AccessShareLock"),
                                      HasSubstr(std::string("affected tables: every table of cfg counts as affected, "
                                                            "since nobody can tell: ") +
                                                GetParam().why)));
}

INSTANTIATE_TEST_SUITE_P(Revisions, PreflightUnknown,
                         testing::Values(Opaque{"Python", "op.execute(open('x.sql').read())", "002.py:9: "},
                                         Opaque{"DoBlock", "op.execute('DO $$ BEGIN EXECUTE upper($q$x$q$); END $$')",
                                                "002.py:9: a DO block runs SQL"},
                                         Opaque{"Cascade", "op.execute('DROP VIEW cfg.v CASCADE')",
                                                "002.py:9: CASCADE takes along"},
                                         Opaque{"Trigger", "op.execute('UPDATE cfg.panels SET id = 1')",
                                                "cfg.panels has the trigger stamp, which may write anywhere"}),
                         [](const auto& test) { return test.param.name; });

TEST(PreflightActivity, CountsEveryTableWhileThePendingRevisionsAreNotKnown) {
  PanelsProject project;
  project.sql("SET ROLE bot; CREATE TABLE cfg.other (id int)");
  project.revision("002b", "001");  // two heads
  const OpenTransaction other(project, "SELECT * FROM cfg.other");
  EXPECT_THAT(refusal(project), HasSubstr("holds cfg.other AccessShareLock"));
}

TEST(PreflightActivity, CountsEveryOldTransactionWhenAnIndexIsBuiltConcurrently) {
  PanelsProject project;
  project.sql("CREATE TABLE public.other (id int); GRANT ALL ON public.other TO bot");
  const OpenTransaction other(project, "SELECT * FROM public.other");
  EXPECT_EQ(project.preflight().verdict, Verdict::passed);
  project.pending("op.create_index('ix', 'panels', ['id'], schema='cfg', postgresql_concurrently=True)");
  EXPECT_THAT(refusal(project), HasSubstr("CONCURRENTLY waits for it, whatever it does; fix: wait until it ends"));
}

TEST(PreflightActivity, CountsAnIdleTransactionWithASnapshotWhenAnIndexIsBuiltConcurrently) {
  PanelsProject project;
  project.settings.set("long_transaction", std::chrono::milliseconds(60000), {});
  project.pending("op.create_index('ix', 'panels', ['id'], schema='cfg', postgresql_concurrently=True)");
  OtherSession other(project, "bot", "psql");
  other.run("BEGIN");
  other.run("SELECT 1");  // without a snapshot from here on
  EXPECT_EQ(project.preflight().verdict, Verdict::passed);
  other.run("COMMIT; BEGIN ISOLATION LEVEL REPEATABLE READ; SELECT 1");
  EXPECT_THAT(refusal(project), HasSubstr("is idle in a transaction: user bot, application psql"));
}

TEST(PreflightActivity, CountsAHiddenTransactionWhenAnIndexIsBuiltConcurrently) {
  PanelsProject project;
  project.pending("op.create_index('ix', 'panels', ['id'], schema='cfg', postgresql_concurrently=True)");
  OtherSession other(project, "postgres", "psql");
  EXPECT_EQ(project.preflight().verdict, Verdict::passed);
  other.run("BEGIN");
  EXPECT_THAT(refusal(project), HasSubstr("is a transaction whose age we may not see"));
}

TEST(PreflightActivity, NamesARunningDump) {
  MigratedProject project;
  OtherSession dump(project, "postgres", "pg_dump");
  EXPECT_THAT(refusal(project), HasSubstr("is a running dump: user postgres, application pg_dump"));
}

TEST(PreflightActivity, NamesAPreparedTransactionWithTheCommandsThatEndIt) {
  PanelsProject project;
  project.sql("BEGIN; LOCK TABLE cfg.panels; PREPARE TRANSACTION 'half'");
  EXPECT_THAT(refusal(project), AllOf(HasSubstr("prepared transaction half was never ended: user postgres"),
                                      HasSubstr("holds cfg.panels AccessExclusiveLock; fix: COMMIT PREPARED 'half'")));
  project.postgres.stop_fast();
  project.postgres.start();  // its locks have another virtualtransaction then
  EXPECT_THAT(refusal(project), HasSubstr("prepared transaction half was never ended"));
}

TEST(PreflightActivity, WaitsUntilABlockerIsGone) {
  MigratedProject project;
  project.settings.set("wait_for_blockers", std::chrono::milliseconds(std::chrono::seconds(60)), {});
  auto dump = std::make_unique<OtherSession>(project, "postgres", "pg_dump");
  project.bench.on_progress = [&dump] { dump.reset(); };
  EXPECT_EQ(project.preflight().verdict, Verdict::passed);
  ASSERT_THAT(project.bench.progress, Not(IsEmpty()));
  EXPECT_THAT(project.bench.progress.front(), HasSubstr("is a running dump"));
}

TEST(PreflightActivity, GivesUpWaitingWhenTheTimeIsOver) {
  MigratedProject project;
  project.settings.set("wait_for_blockers", std::chrono::milliseconds(100), {});
  OtherSession dump(project, "postgres", "pg_dump");
  EXPECT_THAT(refusal(project), HasSubstr("is a running dump"));
}

}  // namespace
}  // namespace orchestrate
