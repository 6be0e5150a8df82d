#include "system/database.hpp"

#include <gmock/gmock.h>
#include <signal.h>

#include <fstream>
#include <thread>

#include "on_loop.hpp"
#include "orchestrate/error.hpp"
#include "temporary_postgres.hpp"

namespace orchestrate {
namespace {

using namespace std::chrono_literals;
using testing::AllOf;
using testing::HasSubstr;
using testing::Not;

class DatabaseTest : public testing::Test {
 protected:
  static void SetUpTestSuite() { server = std::make_unique<TemporaryPostgres>(); }
  static void TearDownTestSuite() { server.reset(); }

  std::unique_ptr<Database> connect(SessionOptions options = {}) {
    return on_loop(io, databases->connect(server->url(), std::move(options), {}));
  }
  Rows query(Database& database, std::string sql, std::vector<std::string> parameters = {}) {
    return on_loop(io, database.query(std::move(sql), std::move(parameters), {}));
  }
  template <class Action>
  Error error_of(Action action) {
    try {
      action();
    } catch (const Error& error) {
      return error;
    }
    return {ErrorKind::usage, "no error", ""};
  }
  Error connect_error(const DatabaseUrl& url) {
    return error_of([&] { on_loop(io, databases->connect(url, {}, {})); });
  }

  static std::unique_ptr<TemporaryPostgres> server;  // one for all tests, for it takes seconds to make
  boost::asio::io_context io;
  std::unique_ptr<Databases> databases = system::make_databases();
};
std::unique_ptr<TemporaryPostgres> DatabaseTest::server;

using Session = DatabaseTest;
using Connecting = DatabaseTest;

TEST_F(Session, GivesColumnsRowsAndNulls) {
  const auto database = connect();
  const Rows rows = query(*database, "SELECT 1 AS one, NULL AS nothing, E'caf\\u00e9\\n' AS text, ''::text AS empty");
  EXPECT_EQ(rows.columns, (std::vector<std::string>{"one", "nothing", "text", "empty"}));
  ASSERT_EQ(rows.rows.size(), 1U);
  EXPECT_EQ(rows.rows[0], (std::vector<Cell>{"1", std::nullopt, "café\n", ""}));
}

TEST_F(Session, TakesParametersAsText) {
  const auto database = connect();
  const Rows rows = query(*database, "SELECT $1::int + 1, $2", {"41", "it's; DROP TABLE x"});
  EXPECT_EQ(rows.rows[0], (std::vector<Cell>{"42", "it's; DROP TABLE x"}));
}

TEST_F(Session, IsInAutocommit) {
  const auto database = connect({.read_only = false});
  query(*database, "CREATE TABLE t (id int)");
  query(*database, "CREATE INDEX CONCURRENTLY ON t (id)");
  query(*database, "DROP TABLE t");
}

TEST_F(Session, IsReadOnlyUnlessAskedOtherwise) {
  const auto database = connect();
  const Error error = error_of([&] { query(*database, "CREATE TABLE t (id int)"); });
  EXPECT_EQ(error.kind(), ErrorKind::failed);
  EXPECT_THAT(error.why(), HasSubstr("read-only transaction (SQLSTATE 25006)"));
}

TEST_F(Session, SaysWhoItIs) {
  const auto database = connect({.application_name = "orchestrate bot's run"});
  const Rows rows = query(*database, "SHOW application_name");
  EXPECT_EQ(rows.rows[0][0], "orchestrate bot's run");
}

TEST_F(Session, TellsAFailedStatementWithItsSqlstateInOneLine) {
  const auto database = connect();
  const Error error = error_of([&] { query(*database, "SELECT *\nFROM missing"); });
  EXPECT_EQ(error.kind(), ErrorKind::failed);
  EXPECT_EQ(error.why(), "relation \"missing\" does not exist (SQLSTATE 42P01)");
  EXPECT_TRUE(database->alive());
  EXPECT_EQ(query(*database, "SELECT 1").rows[0][0], "1");
}

TEST_F(Session, LetsTheServerEndAStatementThatTakesTooLong) {
  const auto database = connect({.statement_timeout = 100ms});
  const Error error = error_of([&] { query(*database, "SELECT pg_sleep(1000)"); });
  EXPECT_THAT(error.why(), HasSubstr("SQLSTATE 57014"));
  EXPECT_TRUE(database->alive());
}

TEST_F(Session, IsGoneWhenItsBackendIsTerminated) {
  const auto database = connect(), other = connect();
  const std::string pid = query(*database, "SELECT pg_backend_pid()").rows[0][0].value();
  query(*other, "SELECT pg_terminate_backend($1::int, 5000)", {pid});
  EXPECT_FALSE(database->alive());
  EXPECT_EQ(error_of([&] { query(*database, "SELECT 1"); }).kind(), ErrorKind::unreachable);
  // It never comes back by itself: what it had locked is lost.
  EXPECT_EQ(error_of([&] { query(*database, "SELECT 1"); }).kind(), ErrorKind::unreachable);
  EXPECT_FALSE(database->alive());
}

TEST_F(Session, IsStoppedInTheMiddleOfAStatement) {
  const auto database = connect();
  std::stop_source source;
  const std::jthread stopper([&] { source.request_stop(); });
  const Error error = error_of([&] { on_loop(io, database->query("SELECT pg_sleep(1000)", {}, source.get_token())); });
  EXPECT_EQ(error.kind(), ErrorKind::stopped);
}

TEST_F(Session, LeavesNoStatementBehindOnTheServer) {
  auto database = connect({.application_name = "leaver"});
  const auto other = connect();
  std::stop_source source;
  const std::jthread stopper([&] { source.request_stop(); });
  error_of([&] { on_loop(io, database->query("SELECT pg_sleep(1000)", {}, source.get_token())); });
  database.reset();
  const auto give_up = std::chrono::steady_clock::now() + 20s;
  const auto backends = [&] {
    return query(*other, "SELECT count(*) FROM pg_stat_activity WHERE application_name = 'leaver'").rows[0][0];
  };
  while (backends() != "0" && std::chrono::steady_clock::now() < give_up) continue;
  EXPECT_EQ(backends(), "0");
}

TEST_F(Session, OfAFrozenBackendHoldsNobody) {
  auto database = connect({.statement_timeout = 100ms});
  const pid_t backend = std::stoi(query(*database, "SELECT pg_backend_pid()").rows[0][0].value());
  ASSERT_EQ(::kill(backend, SIGSTOP), 0);
  const auto begin = std::chrono::steady_clock::now();
  const Error error = error_of([&] { query(*database, "SELECT 1"); });
  database.reset();
  EXPECT_LT(std::chrono::steady_clock::now() - begin, 8s);
  ::kill(backend, SIGCONT);
  EXPECT_EQ(error.kind(), ErrorKind::unreachable);
  EXPECT_EQ(error.why(), "no answer within 5.1 s");
}

TEST_F(Connecting, SaysThatTheServerIsDown) {
  DatabaseUrl url = server->url();
  url.port = "5999";
  const Error error = connect_error(url);
  EXPECT_EQ(error.kind(), ErrorKind::unreachable);
  EXPECT_THAT(error.what(), AllOf(HasSubstr("No such file or directory"), HasSubstr("start the server")));
  EXPECT_THAT(error.what(), Not(HasSubstr("\n")));
}

TEST_F(Connecting, SaysThatNobodyListens) {
  const Error error = connect_error(DatabaseUrl::parse("postgresql://bot:hunter2-hunter2@127.0.0.1:1/appdb"));
  EXPECT_THAT(error.what(), AllOf(HasSubstr("Connection refused"), HasSubstr("bot:***@127.0.0.1:1/appdb")));
  EXPECT_THAT(error.what(), Not(HasSubstr("hunter2")));
}

TEST_F(Connecting, SaysThatTheDatabaseDoesNotExist) {
  const Error error = connect_error(server->url("nowhere"));
  EXPECT_EQ(error.why(), "database \"nowhere\" does not exist");
  EXPECT_THAT(error.hint(), HasSubstr("create the database"));
}

TEST_F(Connecting, SaysThatTheRoleDoesNotExist) {
  DatabaseUrl url = server->url();
  url.user = "nobody_here";
  EXPECT_EQ(connect_error(url).why(), "role \"nobody_here\" does not exist");
}

TEST_F(Connecting, SaysThatThePasswordIsWrongOrThereIsNoEntry) {
  TemporaryPostgres strict;
  strict.sql("CREATE ROLE bot LOGIN PASSWORD 'right'; CREATE ROLE outsider LOGIN");
  std::ofstream(strict.data_directory() / "pg_hba.conf") << "local all postgres trust\nlocal all bot scram-sha-256\n";
  strict.sql("SELECT pg_reload_conf()");
  strict.stop_fast();
  strict.start();
  DatabaseUrl url = strict.url();
  url.user = "bot";
  url.password = Secret("wro'n\\g pass");
  Error error = connect_error(url);
  EXPECT_EQ(error.why(), "password authentication failed for user \"bot\"");
  EXPECT_THAT(error.what(), Not(HasSubstr("pass'")));
  url.user = "outsider";
  error = connect_error(url);
  EXPECT_THAT(error.why(), HasSubstr("no pg_hba.conf entry"));
  EXPECT_THAT(error.hint(), HasSubstr("pg_hba.conf"));
  url.user = "bot";
  url.password = Secret("right");
  EXPECT_NO_THROW(on_loop(io, databases->connect(url, {}, {})));
}

TEST_F(Connecting, SaysThatTheServerIsFull) {
  server->sql("CREATE ROLE single LOGIN CONNECTION LIMIT 1");
  DatabaseUrl url = server->url();
  url.user = "single";
  const auto first = on_loop(io, databases->connect(url, {}, {}));
  EXPECT_THAT(connect_error(url).what(), AllOf(HasSubstr("too many connections"), HasSubstr("end idle sessions")));
}

TEST_F(Connecting, ToAFrozenServerEndsAtTheDeadline) {
  const TemporaryPostgres frozen;
  ::kill(frozen.pid(), SIGSTOP);
  const SessionOptions options{.connect_timeout = 2s};
  const Error error = error_of([&] { on_loop(io, databases->connect(frozen.url(), options, {})); });
  EXPECT_EQ(error.kind(), ErrorKind::unreachable);
  EXPECT_THAT(error.what(), HasSubstr("timeout expired"));
}

TEST_F(Connecting, CanBeStopped) {
  const TemporaryPostgres frozen;
  ::kill(frozen.pid(), SIGSTOP);
  std::stop_source source;
  const std::jthread stopper([&] { source.request_stop(); });
  const SessionOptions options;
  const Error error = error_of([&] { on_loop(io, databases->connect(frozen.url(), options, source.get_token())); });
  EXPECT_EQ(error.kind(), ErrorKind::stopped);
}

}  // namespace
}  // namespace orchestrate
