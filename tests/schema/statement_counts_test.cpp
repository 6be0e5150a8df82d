#include "schema/statement_counts.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <boost/asio/io_context.hpp>
#include <memory>

#include "../system/on_loop.hpp"
#include "../system/temporary_postgres.hpp"
#include "system/database.hpp"

namespace orchestrate {
namespace {

using testing::ElementsAre;
using testing::Ge;
using testing::HasSubstr;
using testing::Not;
using testing::UnorderedElementsAre;

/// A role's session in a database whose server counts statements.
class StatementsCounted : public testing::Test {
 protected:
  static void SetUpTestSuite() {
    server = std::make_unique<TemporaryPostgres>(
        TemporaryPostgres::Settings{{"shared_preload_libraries", "pg_stat_statements"}});
    server->sql("CREATE ROLE bot LOGIN; CREATE DATABASE appdb OWNER bot");
    server->sql("CREATE SCHEMA \"Counts\"; CREATE EXTENSION pg_stat_statements SCHEMA \"Counts\"", "appdb");
    server->sql("GRANT USAGE ON SCHEMA \"Counts\" TO bot", "appdb");
  }
  static void TearDownTestSuite() { server.reset(); }
  StatementsCounted() : session(connect("appdb")) {}

  std::unique_ptr<Database> connect(const std::string& database) {
    DatabaseUrl url = server->url(database);
    url.user = "bot";
    const SessionOptions options{.read_only = false};
    return on_loop(io, databases->connect(url, options, {}));
  }
  std::optional<StatementCounts> counts() { return on_loop(io, statement_counts(*session, {})); }
  void run(const std::string& sql) { on_loop(io, session->query(sql, {})); }
  void set(const std::string& setting) {
    server->sql("ALTER SYSTEM SET " + setting);
    server->sql("SELECT pg_reload_conf()");
    session = connect("appdb");
  }

  static std::unique_ptr<TemporaryPostgres> server;
  boost::asio::io_context io;
  std::unique_ptr<Databases> databases = system::make_databases();
  std::unique_ptr<Database> session;
};
std::unique_ptr<TemporaryPostgres> StatementsCounted::server;

std::vector<std::string> texts(const std::vector<StatementCount>& counts) {
  std::vector<std::string> all;
  for (const StatementCount& count : counts)
    if (count.sql.find("Counts") == std::string::npos && count.sql.find("pg_extension") == std::string::npos)
      all.push_back(std::to_string(count.calls) + " " + count.sql);
  return all;
}

TEST_F(StatementsCounted, AreThoseOfOurRoleBetweenTwoMoments) {
  run("CREATE TABLE panels (id int)");
  run("INSERT INTO panels VALUES (1)");
  const auto before = counts();
  run("INSERT INTO panels VALUES (2)");
  run("INSERT INTO panels VALUES (3)");
  run("DROP TABLE panels");
  server->sql("SELECT 'somebody else'", "appdb");  // hidden from us
  const auto after = counts();
  ASSERT_TRUE(before && after);
  const auto ran = counted_between(*before, *after);
  ASSERT_TRUE(ran);
  EXPECT_THAT(texts(ran->statements), UnorderedElementsAre("2 INSERT INTO panels VALUES ($1)", "1 DROP TABLE panels"));
  EXPECT_TRUE(ran->has_hidden);
  for (const StatementCount& count : ran->statements) EXPECT_GT(count.took.count(), 0) << count.sql;
}

TEST_F(StatementsCounted, AreUnknownWhenTheServerForgotSome) {
  const auto before = counts();
  server->sql("SELECT \"Counts\".pg_stat_statements_reset()", "appdb");
  const auto after = counts();
  ASSERT_TRUE(before && after);
  EXPECT_FALSE(counted_between(*before, *after));
}

TEST_F(StatementsCounted, AreNotThereWhereTheServerLeavesSomeOut) {
  set("pg_stat_statements.track_utility = off");
  EXPECT_FALSE(counts());
  set("pg_stat_statements.track_utility = on");
  EXPECT_TRUE(counts());
  set("pg_stat_statements.track = none");
  EXPECT_FALSE(counts());
  set("pg_stat_statements.track = top");
}

TEST_F(StatementsCounted, AreNotThereWhereTheServerNamesNone) {
  set("compute_query_id = off");
  EXPECT_FALSE(counts());
  set("compute_query_id = auto");
  EXPECT_TRUE(counts());
}

TEST_F(StatementsCounted, AreNotThereWithoutTheExtension) {
  session = connect("postgres");
  EXPECT_FALSE(counts());
}

}  // namespace
}  // namespace orchestrate
