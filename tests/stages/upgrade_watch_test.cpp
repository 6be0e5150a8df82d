#include <gmock/gmock.h>
#include <signal.h>

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/detached.hpp>
#include <filesystem>

#include "orchestrate/error.hpp"
#include "orchestrate/evidence.hpp"
#include "stages/migration_limits.hpp"
#include "stages/upgrading_bot.hpp"

namespace orchestrate {
namespace {

using namespace std::chrono_literals;
using testing::AllOf;
using testing::Contains;
using testing::Each;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;
using testing::MatchesRegex;
using testing::Not;
using testing::StartsWith;

constexpr const char* add_title = "op.execute('ALTER TABLE cfg.panels ADD COLUMN title text')";
constexpr const char* trying_again = "a lock was not to be had; trying again";

/// Alembic's template `async`.
constexpr const char* async_env_py = R"(import asyncio
import os

from alembic import context
from sqlalchemy import pool
from sqlalchemy.ext.asyncio import create_async_engine

open("pid", "w").write(str(os.getpid()))


def do_run_migrations(connection):
    context.configure(connection=connection, version_table_schema="cfg")
    with context.begin_transaction():
        context.run_migrations()


async def run_async_migrations():
    engine = create_async_engine(os.environ["DATABASE_URL"], poolclass=pool.NullPool)
    async with engine.connect() as connection:
        await connection.run_sync(do_run_migrations)
    await engine.dispose()


asyncio.run(run_async_migrations())
)";

/// The application, which reads panels as soon as the upgrade's process runs, and before that is connected.
Task<> read_panels(StageBench& bench, DatabaseUrl url, std::string& result) {
  while (!std::filesystem::exists(bench.checkout.path() / "pid")) co_await bench.clock->sleep(5ms, {});
  const SessionOptions options{.application_name = "", .read_only = false};
  const auto session = co_await bench.databases->connect(std::move(url), options, {});
  try {
    const Rows rows = co_await session->query("SELECT count(*) FROM cfg.panels", {});
    result = "read";
  } catch (const Error& error) {
    result = error.what();
  }
}

Task<> until_not_empty(Clock& clock, const std::string& result) {
  while (result.empty()) co_await clock.sleep(5ms, {});
}

/// A server that lets us in once.
class OneSessionOnly final : public Databases {
 public:
  explicit OneSessionOnly(std::unique_ptr<Databases> real) : real_(std::move(real)) {}
  Task<std::unique_ptr<Database>> connect(DatabaseUrl url, SessionOptions options, std::stop_token stop) override {
    if (had_) throw Error(ErrorKind::unreachable, "connect", "too many connections");
    had_ = true;
    return real_->connect(std::move(url), std::move(options), std::move(stop));
  }

 private:
  std::unique_ptr<Databases> real_;
  bool had_ = false;
};

/// An upgrade by asyncpg, which takes neither PGOPTIONS nor PGAPPNAME, of a table that somebody else has locked.
class WatchedUpgrade : public UpgradingBot {
 protected:
  WatchedUpgrade() { bench.checkout.write("migrations/env.py", async_env_py); }
  void connect_to(const std::string& host, const std::string& scheme = "postgresql+asyncpg") {
    std::string url = scheme + "://bot@/app?host=" + host;
    bench.application.database = DatabaseUrl::parse(url);
    bench.application.environment = {{"DATABASE_URL", Secret(std::move(url))}};
  }
  void locked_out(const std::string& body) {
    migration(body);
    reviewed();
    somebody_locks_panels();
  }
  /// Until the upgrade is over and the lock is released; what became of it is in `application`.
  void application_reads_panels() {
    DatabaseUrl url = bench.application.database;
    boost::asio::co_spawn(bench.checkout.io(), read_panels(bench, std::move(url), application), boost::asio::detached);
  }
  void let_application_end() {
    somebody->release();
    bench.checkout.wait(until_not_empty(*bench.clock, application));
  }
  std::string application;
};

class WatchedOverTcp : public WatchedUpgrade {
 protected:
  WatchedOverTcp() { connect_to(tcp_address()); }
};
class WatchedOverUnixSocket : public WatchedUpgrade {
 protected:
  WatchedOverUnixSocket() { connect_to(server->socket_directory().string()); }
};

/// Both ways to the server.
class WatchedEitherWay : public WatchedUpgrade, public testing::WithParamInterface<const char*> {
 protected:
  WatchedEitherWay() {
    const bool over_tcp = std::string(GetParam()) == "Tcp";
    connect_to(over_tcp ? tcp_address() : server->socket_directory().string());
  }
};

INSTANTIATE_TEST_SUITE_P(Over, WatchedEitherWay, testing::Values("Tcp", "UnixSocket"),
                         [](const auto& test) { return test.param; });

TEST_P(WatchedEitherWay, IsCancelledWhenItWaitsTooLongAndTriedAgain) {
  upgrade_settings.set("retries", std::int64_t{1}, {});
  locked_out(add_title);
  const Outcome outcome = upgrade();
  EXPECT_EQ(outcome.verdict, Verdict::failed);
  EXPECT_TRUE(has_evidence(outcome, evidence::database_unchanged)) << text_of(outcome);
  EXPECT_THAT(outcome.summary,
              MatchesRegex("upgrade: it waited longer than 0.1 s for a lock on cfg.panels held by pid [0-9]+ \\(user "
                           "postgres\\), and was cancelled"));
  EXPECT_THAT(bench.progress, ElementsAre("running", trying_again, "attempt 2 of 2"));
  EXPECT_EQ(bench.so_far.fact(fact::statement_cancelled).text_or("limit"), "lock_timeout");
}

TEST_P(WatchedEitherWay, PassesWhenTheLockIsReleasedMeanwhile) {
  upgrade_settings.set("retries", std::int64_t{1}, {});
  locked_out(add_title);
  bench.on_progress = [this] {
    if (bench.progress.back() == trying_again) somebody->release();
  };
  const Outcome outcome = upgrade();
  EXPECT_EQ(outcome.summary, "001 -> 002, at attempt 2") << text_of(outcome);
  EXPECT_THAT(outcome.details, IsEmpty());
}

TEST_P(WatchedEitherWay, IsCancelledWhenAStatementRunsTooLongAndNotTriedAgain) {
  upgrade_settings.set("retries", std::int64_t{1}, {});
  upgrade_settings.set("lock_timeout", std::chrono::milliseconds(20s), {});
  upgrade_settings.set("statement_timeout", std::chrono::milliseconds(300ms), {});
  locked_out(add_title);
  const Outcome outcome = upgrade();
  EXPECT_EQ(outcome.summary, "upgrade: it had a statement that ran longer than 0.3 s, and was cancelled");
  EXPECT_TRUE(has_evidence(outcome, evidence::database_unchanged)) << text_of(outcome);
  EXPECT_THAT(bench.progress, ElementsAre("running"));
}

TEST_P(WatchedEitherWay, IsNeverCancelledWhereItHasNoLimits) {
  locked_out(
      "with op.get_context().autocommit_block():\n"
      "    op.create_index('ix_id', 'panels', ['id'], schema='cfg', postgresql_concurrently=True)");
  once(
      "SELECT FROM pg_stat_activity WHERE usename = 'bot' AND wait_event_type = 'Lock' "
      "AND clock_timestamp() - query_start > '1 s'",
      [this] { somebody->release(); });
  const Outcome outcome = upgrade();
  EXPECT_EQ(outcome.verdict, Verdict::passed) << outcome.summary << text_of(outcome);
  EXPECT_EQ(sql("SELECT indisvalid FROM pg_index WHERE indexrelid = 'cfg.ix_id'::regclass"), "t");
}

TEST_P(WatchedEitherWay, ThatWasStoppedByForceLeavesNoBackendAtWork) {
  upgrade_settings.set("lock_timeout", std::chrono::milliseconds(0), {});
  locked_out(add_title);
  bench.on_progress = [this] {
    if (bench.progress.back().starts_with("waits ")) bench.stop.request_stop();
  };
  const Outcome outcome = upgrade();
  EXPECT_THAT(outcome.summary, StartsWith("upgrade: stopped: ended"));
  EXPECT_TRUE(has_evidence(outcome, evidence::database_unchanged)) << text_of(outcome);
  EXPECT_EQ(sql("SELECT pid FROM pg_stat_activity WHERE usename = 'bot'"), "");
}

TEST_F(WatchedOverTcp, IsCancelledAndTheApplicationThatWaitsEvenLongerIsNot) {
  locked_out(add_title);
  application_reads_panels();
  const Outcome outcome = upgrade();
  EXPECT_THAT(outcome.summary, HasSubstr("waited longer than 0.1 s"));
  let_application_end();
  EXPECT_EQ(application, "read");
}

TEST_F(WatchedOverUnixSocket, IsLeftAloneWhenItCannotBeToldFromTheApplicationAndThatIsSaid) {
  locked_out(add_title);
  application_reads_panels();
  once(
      "SELECT 1 FROM pg_stat_activity WHERE usename = 'bot' AND wait_event_type = 'Lock' "
      "AND clock_timestamp() - query_start > '1 s' HAVING count(*) = 2",
      [this] { somebody->release(); });
  const Outcome outcome = upgrade();
  EXPECT_EQ(outcome.verdict, Verdict::passed) << outcome.summary << text_of(outcome);
  EXPECT_THAT(outcome.details, ElementsAre(AllOf(HasSubstr("cannot be told from other sessions"),
                                                 HasSubstr("lock_timeout was not enforced"))));
  let_application_end();
  EXPECT_EQ(application, "read");
}

TEST_F(WatchedOverTcp, GoesOnWhenTheWatchLosesItsSession) {
  upgrade_settings.set("lock_timeout", std::chrono::milliseconds(20s), {});
  locked_out(add_title);
  once_it_waits([this] {
    sql("SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE application_name = 'orchestrate r1'");
    bench.on_progress = [this] { somebody->release(); };
  });
  const Outcome outcome = upgrade();
  EXPECT_EQ(outcome.verdict, Verdict::passed) << outcome.summary << text_of(outcome);
  EXPECT_THAT(outcome.details, ElementsAre(StartsWith("the session that watches the migration was lost: ")));
}

TEST_F(WatchedOverTcp, IsCancelledWhenOnlyItsEnvPyNamesTheDriver) {
  std::string env_py = async_env_py;
  const std::string_view url = "os.environ[\"DATABASE_URL\"]";
  env_py.replace(env_py.find(url), url.size(), std::string(url) + ".replace('postgresql:', 'postgresql+asyncpg:')");
  bench.checkout.write("migrations/env.py", env_py);
  connect_to(tcp_address(), "postgresql");
  locked_out(add_title);
  EXPECT_THAT(upgrade().summary, HasSubstr("waited longer than 0.1 s for a lock on cfg.panels"));
}

TEST_F(WatchedOverTcp, DoesNotBeginWhenItCannotBeWatched) {
  locked_out(add_title);
  bench.databases = std::make_unique<OneSessionOnly>(std::move(bench.databases));
  EXPECT_THROW(upgrade(), Error);
  EXPECT_TRUE(bench.so_far.fact(fact::database_before).is_null());
  EXPECT_THAT(log(), IsEmpty());
}

using ObedientUpgrade = UpgradingBot;

TEST_F(ObedientUpgrade, IsCancelledLikeAnyOtherWhereLimitsCouldNotBeAddedToItsOptions) {
  bench.application.database =
      DatabaseUrl::parse(bench.application.environment[0].second.reveal() + "&options=-cjit%3Doff");
  ASSERT_FALSE(driver_obeys(bench.application));
  migration(add_title);
  reviewed();
  somebody_locks_panels();
  EXPECT_THAT(upgrade().summary, HasSubstr("waited longer than 0.1 s for a lock on cfg.panels"));
}

TEST_F(WatchedOverTcp, SaysWhomItKeepsWaiting) {
  upgrade_settings.set("lock_timeout", std::chrono::milliseconds(20s), {});
  migration(std::string(add_title) + "\nop.execute('SELECT pg_advisory_xact_lock(1)')");
  reviewed();
  somebody.emplace(bench, server->url("app"));
  somebody->run("SELECT pg_advisory_lock(1)");
  once_it_waits([this] { application_reads_panels(); });
  bench.on_progress = [this] {
    if (bench.progress.back().starts_with("keeps ")) somebody->release();
  };
  const Outcome outcome = upgrade();
  bench.checkout.wait(until_not_empty(*bench.clock, application));
  EXPECT_EQ(outcome.verdict, Verdict::passed) << outcome.summary << text_of(outcome);
  EXPECT_EQ(application, "read");
  EXPECT_THAT(outcome.summary, MatchesRegex("001 -> 002, kept others waiting for [0-9.]+ s"));
  EXPECT_THAT(outcome.details,
              ElementsAre(MatchesRegex("kept 1 session waiting for a lock on cfg.panels, one of them [0-9.]+ s")));
  const auto told = std::ranges::find(bench.facts, fact::sessions_hindered, &std::pair<std::string, Json>::first);
  ASSERT_NE(told, bench.facts.end());
  EXPECT_EQ(told->second.as_array().at(0).integer_or("sessions", 0), 1);
}

TEST_F(ObedientUpgrade, SaysWhoKeepsItWaiting) {
  upgrade_settings.set("lock_timeout", std::chrono::milliseconds(20s), {});
  migration(add_title);
  reviewed();
  somebody_locks_panels();
  bench.on_progress = [this] {
    if (bench.progress.back().starts_with("waits ")) somebody->release();
  };
  const Outcome outcome = upgrade();
  EXPECT_EQ(outcome.verdict, Verdict::passed) << outcome.summary << text_of(outcome);
  EXPECT_THAT(bench.progress, Contains(MatchesRegex("waits 1 s for a lock on cfg.panels held by pid [0-9]+ \\(user "
                                                    "postgres\\)")));
}

}  // namespace
}  // namespace orchestrate
