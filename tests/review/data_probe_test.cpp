#include "review/data_probe.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <string>
#include <vector>

#include <boost/asio/io_context.hpp>

#include "../system/temporary_postgres.hpp"
#include "on_loop.hpp"
#include "review/enrich.hpp"
#include "review/review.hpp"
#include "review/sql.hpp"
#include "schema/table_facts.hpp"
#include "system/database.hpp"

namespace orchestrate {
namespace {

using testing::HasSubstr;

/// Some rows fit what the steps below ask for, and some do not.
constexpr const char* schema = R"(
  CREATE TABLE parent (id int PRIMARY KEY, code text UNIQUE);
  CREATE TABLE empty (id int, "of Whom" text);
  CREATE TABLE t (id int PRIMARY KEY, filled int, holed int, twice int, pairs int, word text, number_word text,
                  short text, orphan int, child int, negative int CONSTRAINT later CHECK (true), "Odd ""name" int);
  INSERT INTO parent SELECT i, i::text FROM generate_series(1, 10) i;
  INSERT INTO t SELECT i, i, nullif(i, 3), i % 5, i % 2, 'w' || i, i::text, 'x', i + 5, i, i - 2, nullif(i, 4)
    FROM generate_series(1, 10) i;
  ALTER TABLE t ADD CONSTRAINT positive CHECK (negative > 0) NOT VALID;
  ALTER TABLE t ADD CONSTRAINT whole CHECK (filled > 0) NOT VALID;
  ALTER TABLE t ADD CONSTRAINT has_parent FOREIGN KEY (orphan) REFERENCES parent NOT VALID;
)";

constexpr auto steps = std::to_array<const char*>({
    "ALTER TABLE t ALTER filled SET NOT NULL",
    "ALTER TABLE t ALTER holed SET NOT NULL",
    "ALTER TABLE t ALTER \"Odd \"\"name\" SET NOT NULL",
    "ALTER TABLE t ADD COLUMN more int NOT NULL",
    "ALTER TABLE empty ADD COLUMN more int NOT NULL",
    "ALTER TABLE t ADD COLUMN more int NOT NULL DEFAULT 1",
    "CREATE UNIQUE INDEX u ON t (filled)",
    "CREATE UNIQUE INDEX u ON t (holed)",
    "CREATE UNIQUE INDEX u ON t (twice)",
    "CREATE UNIQUE INDEX u ON t (twice, pairs)",
    "CREATE UNIQUE INDEX u ON t (twice, word)",
    "CREATE UNIQUE INDEX u ON t (short) WHERE id = 1",
    "ALTER TABLE t ADD UNIQUE (twice)",
    "ALTER TABLE t ADD UNIQUE (filled)",
    "ALTER TABLE empty ADD PRIMARY KEY (id)",
    "ALTER TABLE t DROP CONSTRAINT t_pkey, ADD PRIMARY KEY (holed)",
    "ALTER TABLE t DROP CONSTRAINT t_pkey, ADD PRIMARY KEY (filled)",
    "ALTER TABLE t DROP CONSTRAINT t_pkey, ADD PRIMARY KEY (twice)",
    "ALTER TABLE t ADD FOREIGN KEY (child) REFERENCES parent",
    "ALTER TABLE t ADD FOREIGN KEY (holed) REFERENCES parent (id)",
    "ALTER TABLE t ADD FOREIGN KEY (orphan) REFERENCES parent",
    "ALTER TABLE t ADD FOREIGN KEY (orphan) REFERENCES parent NOT VALID",
    "ALTER TABLE t ADD FOREIGN KEY (word) REFERENCES parent (code)",
    "ALTER TABLE t ADD FOREIGN KEY (number_word) REFERENCES parent (code)",
    "ALTER TABLE t ADD CONSTRAINT k CHECK (filled > 0)",
    "ALTER TABLE t ADD CONSTRAINT k CHECK (negative > 0)",
    "ALTER TABLE t ADD CONSTRAINT k CHECK (holed > 0)",
    "ALTER TABLE t ADD CONSTRAINT k CHECK (holed IS NOT NULL AND word <> ')')",
    "ALTER TABLE t ADD CONSTRAINT k CHECK (negative > 0) NOT VALID",
    "ALTER TABLE t ADD CONSTRAINT k CHECK (length(word) < 3), ADD CONSTRAINT l CHECK (word LIKE 'w%')",
    "ALTER TABLE t VALIDATE CONSTRAINT positive",
    "ALTER TABLE t VALIDATE CONSTRAINT whole",
    "ALTER TABLE t VALIDATE CONSTRAINT later",
    "ALTER TABLE t VALIDATE CONSTRAINT has_parent",
    "ALTER TABLE t ADD CONSTRAINT k CHECK (negative > 0) NOT VALID; ALTER TABLE t VALIDATE CONSTRAINT k",
    "ALTER TABLE t ALTER word TYPE int USING word::int",
    "ALTER TABLE t ALTER number_word TYPE int USING number_word::int",
    "ALTER TABLE t ALTER word TYPE varchar(3)",
    "ALTER TABLE t ALTER word TYPE varchar(2)",
    "ALTER TABLE t ALTER filled TYPE smallint",
    "ALTER TABLE t ALTER filled TYPE numeric(2,1)",
    "ALTER TABLE t ALTER filled TYPE numeric(3,1)",
});

class DataProbes : public testing::Test {
 protected:
  static void SetUpTestSuite() { server = std::make_unique<TemporaryPostgres>(); }
  static void TearDownTestSuite() { server.reset(); }
  void SetUp() override {
    server->sql("DROP DATABASE IF EXISTS x");
    server->sql("CREATE DATABASE x");
    server->sql(schema, "x");
  }

  static std::vector<ReadRevision> revisions_of(std::string_view sql) {
    std::vector<ReadRevision> revisions(1);
    revisions[0].statements = statements_of_sql(sql);
    return revisions;
  }

  static Facts facts_of(const std::vector<ReadRevision>& revisions) {
    boost::asio::io_context io(1);
    const auto databases = system::make_databases();
    const SessionOptions options;
    const std::stop_token unstoppable;
    const auto look = [&]() -> Task<Json> {
      const auto session = co_await databases->connect(server->url("x"), options, unstoppable);
      std::vector<std::string> names = names_in(revisions);
      co_return co_await read_table_facts(*session, std::move(names), unstoppable);
    };
    return facts_from(on_loop(io, look()));
  }

  static std::vector<DataAnswer> answers_of(const std::vector<ReadRevision>& revisions) {
    std::vector<DataAnswer> answers;
    for (DataProbe& probe : data_probes(revisions, facts_of(revisions))) {
      DataAnswer answer{.probe = std::move(probe), .found = {}};
      try {
        answer.found.rows = std::stoull(server->sql(answer.probe.sql, "x"));
      } catch (const std::exception&) {
        answer.found.refused = true;
      }
      answers.push_back(std::move(answer));
    }
    return answers;
  }

  static bool fails(const std::string& sql) {
    try {
      server->sql("BEGIN; " + sql + "; ROLLBACK", "x");
      return false;
    } catch (const std::exception&) {
      return true;
    }
  }

  static std::unique_ptr<TemporaryPostgres> server;
};
std::unique_ptr<TemporaryPostgres> DataProbes::server;

/// Labelled by execution: whether PostgreSQL refuses the step decides.
TEST_F(DataProbes, TellWhetherPostgresqlWillRefuseAStatementForItsRows) {
  int refused = 0;
  for (const char* step : steps) {
    const auto revisions = revisions_of(step);
    const auto answers = answers_of(revisions);
    EXPECT_EQ(std::ranges::any_of(answers, &DataAnswer::is_in_the_way), fails(step)) << step;
    refused += fails(step) ? 1 : 0;
  }
  EXPECT_GT(refused, 15);
  EXPECT_LT(refused, static_cast<int>(steps.size()) - 15);
}

TEST_F(DataProbes, CountWhatWouldBeLost) {
  const auto count = [](const char* sql) {
    const auto revisions = revisions_of(sql);
    const auto answers = answers_of(revisions);
    return answers.empty() ? "" : told_by(answers, *answers.front().probe.statement);
  };
  EXPECT_EQ(count("DROP TABLE t"), "; 10 rows of public.t now");
  EXPECT_EQ(count("TRUNCATE t"), "; 10 rows of public.t now");
  EXPECT_EQ(count("DELETE FROM t"), "; 10 rows of public.t now");
  EXPECT_EQ(count("DELETE FROM t WHERE id = 1"), "");
  EXPECT_EQ(count("ALTER TABLE t DROP COLUMN holed"), "; 9 values of public.t.holed now");
  EXPECT_EQ(count("DROP TABLE empty"), "; 0 rows of public.empty now");
}

TEST_F(DataProbes, AreOnlyNewsWhereTheSetItselfMayMendTheRowsBefore) {
  for (const char* mending : {"UPDATE t SET holed = 0 WHERE holed IS NULL", "DO 'begin execute x; end'",
                              "DELETE FROM t WHERE holed IS NULL"}) {
    const auto revisions = revisions_of(std::string(mending) + "; ALTER TABLE t ALTER holed SET NOT NULL");
    const auto answers = answers_of(revisions);
    ASSERT_EQ(answers.size(), 1U) << mending;
    EXPECT_EQ(answers[0].found.rows, 1U);
    EXPECT_FALSE(answers[0].is_in_the_way()) << mending;
  }
}

TEST_F(DataProbes, AskNothingOfATableThatWillBeAnotherOneByThen) {
  for (const char* sql :
       {"DROP TABLE t; CREATE TABLE t (holed int); ALTER TABLE t ALTER holed SET NOT NULL",
        "ALTER TABLE t RENAME holed TO hole; ALTER TABLE t ALTER hole SET NOT NULL",
        "ALTER TABLE t DROP COLUMN holed; ALTER TABLE t ADD COLUMN holed int; ALTER TABLE t ALTER holed SET NOT NULL",
        "ALTER TABLE t RENAME TO u; ALTER TABLE empty RENAME TO t; ALTER TABLE t ALTER id SET NOT NULL",
        "CREATE TABLE fresh (a int); ALTER TABLE fresh ALTER a SET NOT NULL"}) {
    const auto revisions = revisions_of(sql);
    for (const DataAnswer& answer : answers_of(revisions))
      EXPECT_NE(answer.probe.meaning, DataProbe::Meaning::refuses) << sql << "\n" << answer.probe.sql;
  }
}

TEST_F(DataProbes, NeverCarryAStatementOfTheMigrationToTheDatabase) {
  for (const char* sql : {"ALTER TABLE t ADD CHECK (pg_sleep(9) IS NULL)", "ALTER TABLE t ADD CHECK (own_function(id))",
                          "ALTER TABLE t ALTER word TYPE \"int); DROP TABLE t; --\""})
    EXPECT_TRUE(answers_of(revisions_of(sql)).empty()) << sql;
}

}  // namespace
}  // namespace orchestrate
