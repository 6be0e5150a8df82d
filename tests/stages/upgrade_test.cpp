#include "stages/upgrade.hpp"

#include <gmock/gmock.h>

#include "orchestrate/evidence.hpp"
#include "stages/upgrading_bot.hpp"

namespace orchestrate {
namespace {

using testing::AllOf;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;
using testing::Not;
using testing::StartsWith;

using Upgrade = UpgradingBot;

constexpr const char* add_title = "op.execute('ALTER TABLE cfg.panels ADD COLUMN title text')";

TEST_F(Upgrade, TakesTheDatabaseToTheTarget) {
  migration(add_title);
  reviewed();
  const Outcome outcome = upgrade();
  EXPECT_EQ(outcome.verdict, Verdict::passed) << text_of(outcome);
  EXPECT_EQ(outcome.summary, "001 -> 002");
  EXPECT_THAT(outcome.details, IsEmpty());
  ASSERT_TRUE(has_evidence(outcome, evidence::upgrade_done));
  const Json& done = outcome.evidence.front().facts;
  EXPECT_EQ(to_text(done["from"]) + to_text(done["to"]), R"(["001"]["002"])");
  EXPECT_EQ(done["files"].as_object().front().first, "002");
  EXPECT_EQ(sql("SELECT version_num FROM cfg.alembic_version"), "002");
}

TEST_F(Upgrade, RecordsTheStateBeforeTheChildStarts) {
  migration(add_title);
  reviewed();
  std::size_t recorded_when_it_started = 0;
  bench.on_progress = [&] {
    if (bench.progress.size() == 1) recorded_when_it_started = bench.facts.size();
  };
  upgrade();
  EXPECT_EQ(recorded_when_it_started, 1U);
  EXPECT_EQ(bench.progress.front(), "running");
  const auto& [name, state] = bench.facts.front();
  EXPECT_EQ(name, "database.before");
  EXPECT_EQ(to_text(state["versions"]), R"(["001"])");
  EXPECT_EQ(state["identity"].text_or("name"), "app");
  EXPECT_TRUE(state["half_made"].as_array().empty());
}

TEST_F(Upgrade, TellsTheServerItsNameAndLimits) {
  migration(
      "op.execute(\"CREATE TABLE cfg.seen AS SELECT current_setting('application_name') AS name, \"\n"
      "           \"current_setting('lock_timeout') AS lock, current_setting('statement_timeout') AS statement\")");
  reviewed();
  upgrade();
  EXPECT_EQ(sql("SELECT * FROM cfg.seen"), "orchestrate upgrade r1|100ms|20s");
}

TEST_F(Upgrade, OfTheProjectSeesOnlyWhatThePolicyGivesIt) {
  migration("import os\nopen('seen', 'w').write(','.join(sorted(os.environ)))");
  reviewed();
  upgrade();
  EXPECT_EQ(sh("cat seen"), "DATABASE_URL,HOME,LANG,LOGNAME,PATH,PGAPPNAME,PGOPTIONS,PYTHONDONTWRITEBYTECODE,USER");
}

/// The real databases; the run is stopped when they are asked for the nth time.
class StoppingDatabases final : public Databases {
 public:
  StoppingDatabases(std::unique_ptr<Databases> real, std::stop_source& stop, int nth)
      : real_(std::move(real)), stop_(stop), nth_(nth) {}
  Task<std::unique_ptr<Database>> connect(DatabaseUrl url, SessionOptions options, std::stop_token stop) override {
    if (++asked_ == nth_) stop_.request_stop();
    return real_->connect(std::move(url), std::move(options), std::move(stop));
  }

 private:
  std::unique_ptr<Databases> real_;
  std::stop_source& stop_;
  int nth_, asked_ = 0;
};

TEST_F(Upgrade, ThatWasDoneWhenTheStopCameIsDone) {
  migration(add_title);
  reviewed();
  constexpr int to_see_what_it_did = 3;
  bench.databases = std::make_unique<StoppingDatabases>(std::move(bench.databases), bench.stop, to_see_what_it_did);
  const Outcome outcome = upgrade();
  EXPECT_TRUE(bench.stop.stop_requested());
  EXPECT_EQ(outcome.summary, "001 -> 002");
}

TEST_F(Upgrade, ThatIsStoppedWhileItsWatchBeginsHasNotBegun) {
  migration(add_title);
  reviewed();
  constexpr int to_watch = 2;
  bench.databases = std::make_unique<StoppingDatabases>(std::move(bench.databases), bench.stop, to_watch);
  EXPECT_EQ(upgrade().summary, "stopped before it began");
  EXPECT_TRUE(bench.so_far.fact(fact::database_before).is_null());
}

/// What somebody does between review and upgrade, and what the refusal says.
struct Change {
  const char* name;
  void (*make)(const Checkout&, const TemporaryPostgres&);
  const char* expected;
};

class UpgradeRefuses : public UpgradingBot, public testing::WithParamInterface<Change> {};

TEST_P(UpgradeRefuses, BeforeAnythingRuns) {
  migration(add_title);
  reviewed();
  GetParam().make(bench.checkout, *server);
  const Outcome outcome = upgrade();
  EXPECT_EQ(outcome.verdict, Verdict::failed);
  EXPECT_EQ(outcome.summary, "something changed since it was reviewed");
  EXPECT_THAT(text_of(outcome), HasSubstr(GetParam().expected));
  EXPECT_THAT(bench.facts, IsEmpty());
  EXPECT_THAT(bench.progress, IsEmpty());
  EXPECT_EQ(log(), "");
}

INSTANTIATE_TEST_SUITE_P(
    SinceReview, UpgradeRefuses,
    testing::Values(
        Change{"AVersionFileWasEdited",
               [](const Checkout& c, const TemporaryPostgres&) {
                 c.sh("echo '# one more word' >> migrations/versions/002.py");
               },
               "migrations/versions/002.py is not as it was reviewed\n"},
        Change{"EnvPyWasEdited",
               [](const Checkout& c, const TemporaryPostgres&) { c.sh("echo 'import os' >> migrations/env.py"); },
               "migrations/env.py is not as it was reviewed\n"},
        Change{"AHelperIsNew", [](const Checkout& c, const TemporaryPostgres&) { c.write("bot/models.py", ""); },
               "bot/models.py is not as it was reviewed\n"},
        Change{"AlembicIniIsGone",
               [](const Checkout& c, const TemporaryPostgres&) { c.sh("rm migrations/alembic.ini"); },
               "migrations/alembic.ini is not as it was reviewed\n"},
        Change{"TheDatabaseMoved",
               [](const Checkout&, const TemporaryPostgres& p) {
                 p.sql("UPDATE cfg.alembic_version SET version_num = '000'", "app");
               },
               "the database is at 000 now, at 001 when it was reviewed\n"},
        Change{"TheVersionTableIsGone",
               [](const Checkout&, const TemporaryPostgres& p) { p.sql("DROP TABLE cfg.alembic_version", "app"); },
               "the database is at base now, at 001 when it was reviewed\n"},
        Change{"AnotherDatabaseHasItsName",
               [](const Checkout&, const TemporaryPostgres& p) {
                 p.sql("ALTER DATABASE app RENAME TO old");
                 p.sql("CREATE DATABASE app TEMPLATE old OWNER bot");
               },
               "the URL leads to another database server or database than in preflight\n"}),
    [](const auto& test) { return test.param.name; });

TEST_F(Upgrade, DescribesItsLimits) {
  StageSpec spec{.kind = "upgrade", .name = "upgrade", .settings = upgrade_settings};
  EXPECT_EQ(upgrade_stage.bind(spec, policy())->describe(),
            "run the project's command, waiting at most 0.1 s for a lock, 0 retries");
}

TEST_F(Upgrade, RunsTheProjectsOwnCommandAsItStands) {
  migration(add_title);
  Migrations& migrations = policy().migrations;
  migrations.tool = Migrations::Tool::command;
  migrations.command = {"make", "migrate"};
  migrations.python = bench.checkout.path() / ".venv/bin/python";
  bench.checkout.write("Makefile", "migrate:\n\t.venv/bin/python -m alembic -c migrations/alembic.ini upgrade head\n");
  reviewed();
  const Outcome outcome = upgrade();
  EXPECT_EQ(outcome.summary, "001 -> 002") << text_of(outcome);

  sh("echo '# edited' >> Makefile");
  EXPECT_THAT(text_of(upgrade()), HasSubstr("Makefile is not as it was reviewed"));
}

TEST_F(Upgrade, IsNotDoneWhenTheCommandEndsWellAndTheVersionRowsStay) {
  migration(add_title);
  policy().migrations.tool = Migrations::Tool::command;
  policy().migrations.command = {"true"};
  policy().migrations.python = bench.checkout.path() / ".venv/bin/python";
  reviewed();
  const Outcome outcome = upgrade();
  EXPECT_EQ(outcome.verdict, Verdict::failed);
  EXPECT_EQ(outcome.summary, "the command exited with 0, and the version rows are where they were");
  EXPECT_TRUE(has_evidence(outcome, evidence::database_unchanged));
  EXPECT_FALSE(has_evidence(outcome, evidence::upgrade_done));
}

Window all_but_now(Time now) {
  const auto minute = std::chrono::floor<std::chrono::minutes>(now);
  const auto of_day = minute - std::chrono::floor<std::chrono::days>(minute);
  return {.days = {true, true, true, true, true, true, true},
          .from = (of_day + std::chrono::minutes(2)) % std::chrono::days(1),
          .to = of_day - std::chrono::minutes(of_day.count() % 60),
          .timezone = "UTC"};
}

TEST_F(Upgrade, DoesNotBeginWhenTheWindowHasClosedMeanwhile) {
  migration(add_title);
  reviewed();
  policy().window = all_but_now(bench.clock->now());
  const Outcome outcome = upgrade();
  EXPECT_EQ(outcome.verdict, Verdict::failed);
  EXPECT_THAT(outcome.summary, HasSubstr("the window is closed; it opens"));
  ASSERT_EQ(bench.facts.size(), 1U);
  EXPECT_EQ(bench.facts.front().first, fact::window_closed);
  EXPECT_EQ(sql("SELECT version_num FROM cfg.alembic_version"), "001");

  bench.so_far.created.window_override = "the shop is down";
  EXPECT_EQ(upgrade().verdict, Verdict::passed);
}

}  // namespace
}  // namespace orchestrate
