#include "schema/client_sessions.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/detached.hpp>
#include <boost/asio/io_context.hpp>
#include <functional>
#include <memory>

#include "../system/on_loop.hpp"
#include "../system/temporary_postgres.hpp"
#include "orchestrate/error.hpp"
#include "system/clock.hpp"
#include "system/database.hpp"

namespace orchestrate {
namespace {

using namespace std::chrono_literals;
using testing::HasSubstr;
using testing::IsEmpty;
using testing::MatchesRegex;

const TableName version_table{"cfg", "alembic_version"};
constexpr const char* waits_then_runs = "DO $$ BEGIN LOCK TABLE cfg.panels; PERFORM pg_sleep(600); END $$";

Task<> ask(Database& database, std::string sql, std::string& result) {
  try {
    const Rows rows = co_await database.query(std::move(sql), {});
    result = "done";
  } catch (const Error& error) {
    result = error.what();
  }
}

/// A bot's session at work, somebody who may hold its table, and us beside them.
class ClientSessions : public testing::Test {
 protected:
  static void SetUpTestSuite() {
    server = std::make_unique<TemporaryPostgres>();
    server->sql("CREATE ROLE bot LOGIN");
    server->sql("CREATE DATABASE appdb OWNER bot");
    server->sql(
        "CREATE SCHEMA cfg AUTHORIZATION bot; SET ROLE bot; CREATE TABLE cfg.panels AS SELECT 1;"
        "CREATE TABLE cfg.alembic_version ()",
        "appdb");
  }
  static void TearDownTestSuite() { server.reset(); }

  std::unique_ptr<Database> connect(const std::string& name) {
    DatabaseUrl url = server->url("appdb");
    url.user = "bot";
    const SessionOptions options{.application_name = name, .statement_timeout = 60s, .read_only = false};
    return on_loop(io, databases->connect(url, options, {}));
  }
  void run(Database& database, const std::string& sql) { on_loop(io, database.query(sql, {})); }
  /// The bot begins a statement.
  void begins(const std::string& sql) {
    result.clear();
    boost::asio::co_spawn(io, ask(*bot, sql, result), boost::asio::detached);
  }
  Task<ClientSession> bot_once(std::function<bool(const ClientSession&)> is_so) {
    for (;;) {
      const std::stop_token unstoppable;
      const auto sessions = co_await client_sessions(*us, version_table, unstoppable);
      for (const ClientSession& session : sessions)
        if (session.application_name == "bot" && is_so(session)) co_return session;
      co_await clock->sleep(5ms, {});
    }
  }
  ClientSession once(std::function<bool(const ClientSession&)> is_so) {
    return on_loop(io, bot_once(std::move(is_so)));
  }
  Task<> until_ended() {
    while (result.empty()) co_await clock->sleep(5ms, {});
  }

  static std::unique_ptr<TemporaryPostgres> server;
  boost::asio::io_context io;
  std::unique_ptr<Databases> databases = system::make_databases();
  std::unique_ptr<Clock> clock = system::make_clock(io);
  std::unique_ptr<Database> us = connect("orchestrate r1"), bot = connect("bot"), somebody = connect("somebody");
  std::string result;
};
std::unique_ptr<TemporaryPostgres> ClientSessions::server;

bool waits(const ClientSession& session) {
  return !session.wait_began.empty();
}
bool sleeps(const ClientSession& session) {
  return session.running >= 20ms && session.waits_for.empty();
}

TEST_F(ClientSessions, TellWhoWaitsForWhatAndWhoHoldsIt) {
  run(*somebody, "BEGIN");
  run(*somebody, "LOCK TABLE cfg.panels");
  begins(waits_then_runs);
  const ClientSession session = once([](const ClientSession& now) { return now.waited >= 20ms; });
  EXPECT_EQ(session.waits_for, "a lock on cfg.panels");
  EXPECT_THAT(session.held_by, MatchesRegex("pid [0-9]+ \\(user bot, idle in transaction, [0-9]+ s\\)"));
  EXPECT_EQ(session.client, "local");
  EXPECT_FALSE(session.holds_version_table);
  EXPECT_TRUE(on_loop(io, cancel_wait(*us, session)));
  on_loop(io, until_ended());
  EXPECT_THAT(result, HasSubstr("canceling statement due to user request"));
}

TEST_F(ClientSessions, ThatHoldTheVersionTableAreTold) {
  run(*bot, "BEGIN");
  run(*bot, "SELECT FROM cfg.alembic_version");
  EXPECT_TRUE(once([](const ClientSession&) { return true; }).holds_version_table);
}

TEST_F(ClientSessions, ThatHaveGotTheirLockAreNotCancelledForIt) {
  run(*somebody, "BEGIN");
  run(*somebody, "LOCK TABLE cfg.panels");
  begins(waits_then_runs);
  const ClientSession waiting = once(waits);
  run(*somebody, "COMMIT");
  const ClientSession sleeping = once(sleeps);
  EXPECT_FALSE(on_loop(io, cancel_wait(*us, waiting)));
  EXPECT_THAT(result, IsEmpty());
  EXPECT_TRUE(on_loop(io, cancel_statement(*us, sleeping)));
  on_loop(io, until_ended());
}

TEST_F(ClientSessions, ThatAreAtTheirNextStatementAreNotCancelledForTheLast) {
  begins(waits_then_runs);
  const ClientSession first = once(sleeps);
  EXPECT_TRUE(on_loop(io, cancel_statement(*us, first)));
  on_loop(io, until_ended());
  begins(waits_then_runs);
  const ClientSession next = once(sleeps);
  EXPECT_EQ(next.pid, first.pid);
  EXPECT_FALSE(on_loop(io, cancel_statement(*us, first)));
  EXPECT_THAT(result, IsEmpty());
  EXPECT_TRUE(on_loop(io, cancel_statement(*us, next)));
  on_loop(io, until_ended());
}

}  // namespace
}  // namespace orchestrate
