#include <gmock/gmock.h>

#include <utility>

#include "orchestrate/evidence.hpp"
#include "stages/upgrading_bot.hpp"

namespace orchestrate {
namespace {

using testing::Contains;
using testing::ElementsAre;
using testing::EndsWith;
using testing::HasSubstr;

constexpr const char* add_title = "op.execute('ALTER TABLE cfg.panels ADD COLUMN title text')";
constexpr const char* trying_again = "a lock was not to be had; trying again";

/// Real sessions whose server takes long to answer what is asked of it as long as the test says so.
class SlowDatabases final : public Databases {
 public:
  SlowDatabases(std::unique_ptr<Databases> real, std::function<bool(const std::string&)> slow)
      : real_(std::move(real)), slow_(std::move(slow)) {}

  Task<std::unique_ptr<Database>> connect(DatabaseUrl url, SessionOptions options, std::stop_token stop) override {
    auto session = co_await real_->connect(std::move(url), std::move(options), std::move(stop));
    co_return std::make_unique<Slow>(std::move(session), slow_);
  }

 private:
  class Slow final : public Database {
   public:
    Slow(std::unique_ptr<Database> real, std::function<bool(const std::string&)> slow)
        : real_(std::move(real)), slow_(std::move(slow)) {}
    Task<Rows> query(std::string sql, std::vector<std::string> parameters, std::stop_token stop) override {
      const std::vector<std::string> none;
      if (slow_(sql)) co_await real_->query("SELECT pg_sleep(20)", none, stop);
      co_return co_await real_->query(std::move(sql), std::move(parameters), stop);
    }
    bool alive() const override { return real_->alive(); }
    int backend_pid() const override { return real_->backend_pid(); }

   private:
    std::unique_ptr<Database> real_;
    std::function<bool(const std::string&)> slow_;
  };

  std::unique_ptr<Databases> real_;
  std::function<bool(const std::string&)> slow_;
};

/// An upgrade of a table that somebody else has locked since the review.
class LockedUpgrade : public UpgradingBot {
 protected:
  void database_url_gets(const std::string& more) {
    std::string url = bench.application.environment.front().second.reveal() + more;
    bench.application.database = DatabaseUrl::parse(url);
    bench.application.environment.front().second = Secret(std::move(url));
  }
};

TEST_F(LockedUpgrade, IsTriedAgainAsOftenAsThePolicySaysAndThenIsUnchanged) {
  migration(add_title);
  upgrade_settings.set("retries", std::int64_t{2}, {});
  reviewed();
  somebody_locks_panels();
  const Outcome outcome = upgrade();
  EXPECT_EQ(outcome.verdict, Verdict::failed);
  EXPECT_TRUE(has_evidence(outcome, evidence::database_unchanged)) << text_of(outcome);
  EXPECT_THAT(outcome.summary, EndsWith("canceling statement due to lock timeout"));
  EXPECT_THAT(bench.progress, ElementsAre("running", trying_again, "attempt 2 of 3", trying_again, "attempt 3 of 3"));
}

TEST_F(LockedUpgrade, IsWatchedInANewSessionWhenAnAttemptEndsInTheMiddleOfAQuestion) {
  migration(add_title);
  upgrade_settings.set("retries", std::int64_t{1}, {});
  reviewed();
  somebody_locks_panels();
  bool was_slow = false;
  const auto slow = [this, &was_slow](const std::string& sql) {
    const bool watches = !bench.progress.empty() && bench.progress.back() == "running" &&
                         sql.find("pg_stat_activity") != std::string::npos;
    return watches && !std::exchange(was_slow, true);
  };
  bench.databases = std::make_unique<SlowDatabases>(std::move(bench.databases), slow);
  upgrade();
  EXPECT_TRUE(was_slow);
  EXPECT_THAT(bench.progress, ElementsAre("running", trying_again, "attempt 2 of 2"));
}

TEST_F(LockedUpgrade, PassesWhenTheLockIsReleasedMeanwhile) {
  migration(add_title);
  upgrade_settings.set("retries", std::int64_t{2}, {});
  reviewed();
  somebody_locks_panels();
  bench.on_progress = [this] {
    if (bench.progress.back() == trying_again) somebody->release();
  };
  const Outcome outcome = upgrade();
  EXPECT_EQ(outcome.verdict, Verdict::passed) << text_of(outcome);
  EXPECT_EQ(outcome.summary, "001 -> 002, at attempt 2");
}

TEST_F(LockedUpgrade, IsNotTriedAgainWhenTheSetCommitsOnItsOwn) {
  migration("with op.get_context().autocommit_block():\n    op.execute('ANALYZE cfg.alembic_version')\n" +
            std::string(add_title));
  upgrade_settings.set("retries", std::int64_t{2}, {});
  reviewed();
  somebody_locks_panels();
  const Outcome outcome = upgrade();
  EXPECT_TRUE(outcome.evidence.empty());
  EXPECT_THAT(bench.progress, ElementsAre("running"));
}

TEST_F(LockedUpgrade, DoesNotBeginWhileSomebodyElseUpgradesByHand) {
  migration(add_title);
  reviewed();
  somebody.emplace(bench, server->url("app"));
  somebody->run("BEGIN");
  somebody->run("UPDATE cfg.alembic_version SET version_num = '002'");
  const Outcome outcome = upgrade();
  EXPECT_EQ(outcome.verdict, Verdict::failed);
  EXPECT_THAT(outcome.summary, HasSubstr("somebody else works on the migrations: somebody else (backend "));
  EXPECT_TRUE(bench.facts.empty());
  EXPECT_EQ(sessions(), "");
}

TEST_F(LockedUpgrade, ThatIsStoppedBetweenTwoAttemptsStillSaysThatNothingChanged) {
  migration(add_title);
  upgrade_settings.set("retries", std::int64_t{2}, {});
  reviewed();
  somebody_locks_panels();
  bench.on_progress = [this] {
    if (bench.progress.back() == trying_again) bench.stop.request_stop();
  };
  const Outcome outcome = upgrade();
  EXPECT_EQ(outcome.verdict, Verdict::failed);
  EXPECT_TRUE(has_evidence(outcome, evidence::database_unchanged));
  EXPECT_THAT(bench.progress, ElementsAre("running", trying_again));
}

TEST_F(LockedUpgrade, IsNotTriedAgainWithCodeThatNobodyReviewed) {
  migration(add_title);
  upgrade_settings.set("retries", std::int64_t{2}, {});
  reviewed();
  somebody_locks_panels();
  bench.on_progress = [this] {
    if (bench.progress.back() == trying_again) sh("echo '# one more word' >> migrations/versions/002.py");
  };
  const Outcome outcome = upgrade();
  EXPECT_EQ(outcome.summary, "something changed since it was reviewed");
  EXPECT_THAT(outcome.details, ElementsAre(EndsWith("migrations/versions/002.py is not as it was reviewed")));
  EXPECT_TRUE(has_evidence(outcome, evidence::database_unchanged));
  EXPECT_THAT(bench.progress, ElementsAre("running", trying_again));
}

TEST_F(LockedUpgrade, ObeysTheLimitsAlsoWhenTheUrlHasOptionsOfItsOwn) {
  database_url_gets("&options=-csearch_path%3Dcfg");
  migration(
      "op.execute(\"SET LOCAL application_name TO 'any'\")\n"
      "op.execute('ALTER TABLE panels ADD COLUMN title text')");
  reviewed();
  somebody_locks_panels();
  const Outcome outcome = upgrade();
  EXPECT_THAT(outcome.summary, EndsWith("canceling statement due to lock timeout"));
}

TEST_F(LockedUpgrade, ThatBuildsConcurrentlyHasNoLimits) {
  migration(
      "op.execute(\"CREATE TABLE cfg.seen AS SELECT current_setting('lock_timeout') AS lock, \"\n"
      "           \"current_setting('statement_timeout') AS statement\")\n"
      "with op.get_context().autocommit_block():\n"
      "    op.create_index('ix_id', 'panels', ['id'], schema='cfg', postgresql_concurrently=True)");
  reviewed();
  const Outcome outcome = upgrade();
  EXPECT_EQ(outcome.verdict, Verdict::passed) << text_of(outcome);
  EXPECT_EQ(sql("SELECT * FROM cfg.seen"), "0|0");
}

}  // namespace
}  // namespace orchestrate
