#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <array>
#include <memory>
#include <sstream>

#include <fmt/format.h>

#include "../system/temporary_postgres.hpp"
#include "review/type_effect.hpp"

/// What rules say that PostgreSQL does, done.
namespace orchestrate {
namespace {

struct Type {
  const char *sql, *sqlalchemy;
};
constexpr auto all_types = std::to_array<Type>({{"int4", "Integer()"},
                                                {"int8", "BigInteger()"},
                                                {"numeric", "Numeric(precision=10, scale=2)"},
                                                {"float8", "Float()"},
                                                {"bool", "Boolean()"},
                                                {"text", "Text()"},
                                                {"varchar(9)", "String(length=9)"},
                                                {"date", "Date()"},
                                                {"timestamp", "DateTime()"},
                                                {"timestamptz", "DateTime(timezone=True)"},
                                                {"time", "Time()"},
                                                {"timetz", "Time(timezone=True)"},
                                                {"interval", "Interval()"},
                                                {"uuid", "UUID()"},
                                                {"json", "JSON()"},
                                                {"jsonb", "JSONB()"},
                                                {"bytea", "LargeBinary()"},
                                                {"inet", "INET()"},
                                                {"mood", "Enum('so', name='mood')"}});

class Claims : public testing::Test {
 protected:
  static void SetUpTestSuite() {
    server = std::make_unique<TemporaryPostgres>();
    server->sql(R"(
      CREATE FUNCTION state_of(statement text) RETURNS text LANGUAGE plpgsql AS $$
        BEGIN EXECUTE statement; RETURN '00000'; EXCEPTION WHEN OTHERS THEN RETURN SQLSTATE; END $$;
      CREATE FUNCTION converts(a text, b text) RETURNS boolean LANGUAGE plpgsql AS $$
        BEGIN
          EXECUTE format('CREATE TEMP TABLE converted (x %s)', a);
          BEGIN EXECUTE format('ALTER TABLE converted ALTER x TYPE %s', b);
          EXCEPTION WHEN datatype_mismatch THEN DROP TABLE converted; RETURN false; END;
          DROP TABLE converted; RETURN true;
        END $$;
      CREATE FUNCTION references_it(a text, b text) RETURNS boolean LANGUAGE plpgsql AS $$
        BEGIN
          EXECUTE format('CREATE TEMP TABLE referenced (x %s PRIMARY KEY)', b);
          BEGIN EXECUTE format('CREATE TEMP TABLE referencing (x %s REFERENCES referenced)', a);
          EXCEPTION WHEN datatype_mismatch THEN DROP TABLE referenced; RETURN false; END;
          DROP TABLE referencing, referenced; RETURN true;
        END $$;
      CREATE TYPE mood AS ENUM ('so');
      CREATE TABLE panels (id bigint PRIMARY KEY, title varchar(20), mood mood);
      CREATE TABLE notes (id serial PRIMARY KEY, panel_id int REFERENCES panels, data json);
      CREATE ROLE reader; GRANT SELECT ON panels TO reader;
      INSERT INTO panels VALUES (1, 'a'), (3000000000, 'b');)");
  }
  static void TearDownTestSuite() { server.reset(); }

  static std::string last_line(const std::string& answer) {
    std::istringstream lines(answer);
    std::string line, last;
    while (std::getline(lines, line))
      if (!line.empty()) last = line;
    return last;
  }
  /// The SQLSTATE of what is undone afterwards.
  static std::string state_of(const std::string& statement, const std::string& before = "") {
    return last_line(server->sql("BEGIN;" + before + ";SELECT state_of($q$" + statement + "$q$);"));
  }

  static std::unique_ptr<TemporaryPostgres> server;
};
std::unique_ptr<TemporaryPostgres> Claims::server;

TEST_F(Claims, ConvertsTheTypesThatPostgresqlConverts) {
  std::string script, expected;
  for (const Type& from : all_types)
    for (const Type& to : all_types) {
      script += fmt::format("SELECT '{0} to {1} ' || CASE WHEN converts('{0}', '{1}') THEN 'yes' ELSE 'no' END;\n",
                            from.sql, to.sql);
      const Conversion claim = conversion(from.sqlalchemy, to.sqlalchemy);
      expected += fmt::format("{} to {} {}\n", from.sql, to.sql,
                              claim == Conversion::automatic     ? "yes"
                              : claim == Conversion::needs_using ? "no"
                                                                 : "unknown");
      const bool is_enum = std::string_view(from.sql) == "mood" || std::string_view(to.sql) == "mood";
      EXPECT_TRUE(is_enum || conversion(from.sql, to.sql) == claim) << from.sql << " to " << to.sql;
    }
  EXPECT_EQ(server->sql(script), expected);
}

TEST_F(Claims, ReferencesWhatPostgresqlCanCompare) {
  const auto is_key = [](const Type& type) { return std::string_view(type.sql) != "json"; };  // json has no index
  std::string script, expected;
  for (const Type& from : all_types)
    for (const Type& to : all_types) {
      if (!is_key(from) || !is_key(to)) continue;
      script += fmt::format("SELECT '{0} to {1} ' || CASE WHEN references_it('{0}', '{1}') THEN 'yes' ELSE 'no' END;\n",
                            from.sql, to.sql);
      expected +=
          fmt::format("{} to {} {}\n", from.sql, to.sql, can_reference(from.sqlalchemy, to.sqlalchemy) ? "yes" : "no");
    }
  EXPECT_EQ(server->sql(script), expected);
}

TEST_F(Claims, FailsWithTheStatesThatTheRulesName) {
  EXPECT_EQ(state_of("ALTER TABLE panels ADD COLUMN m weather"), "42704");           // missing-enum-type
  EXPECT_EQ(state_of("ALTER TABLE panels ALTER title TYPE integer"), "42804");       // type-change-without-using
  EXPECT_EQ(state_of("CREATE TABLE notes (id int)"), "42P07");                       // table-there-already
  EXPECT_EQ(state_of("INSERT INTO notes (panel_id) VALUES (3000000000)"), "22003");  // foreign-key-narrower
  EXPECT_EQ(state_of("SELECT DISTINCT data FROM notes"), "42883");                   // json-not-jsonb
  EXPECT_EQ(state_of("INSERT INTO notes DEFAULT VALUES", "INSERT INTO notes (id) VALUES (1)"), "23505");
  EXPECT_EQ(state_of("CREATE EXTENSION no_such_extension"), "0A000");
}

TEST_F(Claims, AddsNoValueToAnEnumByATypeChange) {
  EXPECT_EQ(state_of("UPDATE panels SET mood = 'fine'", "ALTER TABLE panels ALTER mood TYPE mood"), "22P02");
}

TEST_F(Claims, BreaksPreparedStatementsByATypeChangeThatCostsNothing) {
  const std::string prepared =
      "PREPARE p AS SELECT title FROM panels; EXECUTE p;"
      "ALTER TABLE panels ALTER title TYPE varchar(40)";
  EXPECT_EQ(state_of("EXECUTE p", prepared), "0A000");
}

TEST_F(Claims, TakesRightsAndRowsAway) {
  EXPECT_EQ(state_of("SELECT FROM panels",
                     "REVOKE SELECT ON panels FROM reader; GRANT EXECUTE ON FUNCTION state_of TO "
                     "reader; SET LOCAL ROLE reader"),
            "42501");
  EXPECT_EQ(last_line(server->sql("BEGIN; ALTER TABLE panels ENABLE ROW LEVEL SECURITY; SET LOCAL ROLE reader; "
                                  "SELECT count(*) FROM panels")),
            "0");
}

}  // namespace
}  // namespace orchestrate
