#include <gmock/gmock.h>

#include <fstream>

#include "stages/migrated_project.hpp"
#include "system/database.hpp"

namespace orchestrate {
namespace {

using testing::HasSubstr;
using testing::IsEmpty;

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

TEST(PreflightDatabase, RefusesARoleThatDoesNotOwnATable) {
  MigratedProject project;
  project.sql("CREATE TABLE cfg.by_hand (id int)");
  EXPECT_THAT(refusal(project), HasSubstr("role bot does not own cfg.by_hand (owner postgres); fix: ALTER TABLE "
                                          "cfg.by_hand OWNER TO \"bot\""));
}

TEST(PreflightDatabase, AcceptsTablesOfARoleThatOursIsIn) {
  MigratedProject project;
  project.sql(
      "CREATE ROLE owners; GRANT owners TO bot; CREATE TABLE cfg.shared (id int);"
      "ALTER TABLE cfg.shared OWNER TO owners");
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

TEST(PreflightActivity, NamesATransactionThatHoldsLocksForLong) {
  MigratedProject project;
  project.settings.set("long_transaction", std::chrono::milliseconds(0), {});
  OtherSession other(project, "bot", "the bot");
  other.run("BEGIN");
  other.run("SELECT * FROM cfg.panels");
  EXPECT_THAT(refusal(project), testing::ContainsRegex("activity: pid [0-9]+ is a long transaction: user bot, "
                                                       "application the bot, age 00:00:0[0-9], holds cfg.panels "
                                                       "AccessShareLock; fix: wait until it ends"));
}

TEST(PreflightActivity, NamesASessionThatIsIdleInATransaction) {
  MigratedProject project;
  OtherSession other(project, "bot", "psql");
  other.run("BEGIN");
  other.run("LOCK TABLE cfg.panels IN SHARE MODE");
  EXPECT_THAT(refusal(project), HasSubstr("is idle in a transaction: user bot, application psql"));
}

TEST(PreflightActivity, SaysWhenTheAgeOfAForeignTransactionIsHidden) {
  MigratedProject project;
  OtherSession other(project, "postgres", "psql");
  other.run("BEGIN");
  other.run("SELECT * FROM cfg.panels");
  EXPECT_THAT(refusal(project), HasSubstr("GRANT pg_read_all_stats"));
}

TEST(PreflightActivity, IgnoresTransactionsOnOtherTables) {
  MigratedProject project;
  project.settings.set("long_transaction", std::chrono::milliseconds(0), {});
  project.sql("CREATE TABLE public.other (id int); GRANT ALL ON public.other TO bot");
  OtherSession other(project, "bot", "psql");
  other.run("BEGIN");
  other.run("SELECT * FROM public.other");
  EXPECT_EQ(project.preflight().verdict, Verdict::passed);
}

TEST(PreflightActivity, NamesARunningDump) {
  MigratedProject project;
  OtherSession dump(project, "postgres", "pg_dump");
  EXPECT_THAT(refusal(project), HasSubstr("is a running dump: user postgres, application pg_dump"));
}

TEST(PreflightActivity, NamesAPreparedTransactionWithTheCommandsThatEndIt) {
  MigratedProject project;
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
