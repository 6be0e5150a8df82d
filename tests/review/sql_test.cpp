#include "review/sql.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace orchestrate {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;
using Kind = StatementKind;

Statement only(std::string_view sql) {
  const auto statements = statements_of_sql(sql);
  EXPECT_EQ(statements.size(), 1u) << sql;
  return statements.empty() ? Statement{} : statements[0];
}

TEST(Sql, LooksIntoACopyOfAQuery) {
  EXPECT_EQ(only("COPY (DELETE FROM cfg.t RETURNING *) TO STDOUT").kind, Kind::delete_rows);
  EXPECT_EQ(only("COPY (SELECT 1) TO STDOUT").kind, Kind::read);
  EXPECT_EQ(only("COPY cfg.t TO STDOUT").kind, Kind::read);
}

TEST(Sql, SeesColumnsAndAttributesThatAreDroppedElsewhereThanInTables) {
  EXPECT_EQ(only("ALTER FOREIGN TABLE cfg.t DROP COLUMN a").kind, Kind::drop_column);
  const Statement attribute = only("ALTER TYPE cfg.pair DROP ATTRIBUTE a CASCADE");
  EXPECT_TRUE(attribute.kind == Kind::drop_column && attribute.cascade);
  EXPECT_EQ(only("ALTER TYPE cfg.pair ADD ATTRIBUTE a int").kind, Kind::alter_object);
  EXPECT_EQ(only("ALTER VIEW cfg.v ALTER a SET DEFAULT 1").kind, Kind::alter_object);
}

TEST(Sql, ReadsNothingPastANul) {
  EXPECT_EQ(only(std::string_view("SELECT 1;\0DROP TABLE cfg.t", 27)).kind, Kind::opaque);
}

TEST(Sql, SaysWhatItCannotRead) {
  EXPECT_THAT(only("SET lock\xb7timeout = '5s'").why, HasSubstr("not UTF-8"));
  std::string sum = "SELECT 1";
  for (int i = 0; i < 5000; ++i) sum += " + 1";
  EXPECT_THAT(only(sum).why, HasSubstr("inside each other"));
}

TEST(Sql, CountsNoCommentAsAPartOfWhatFollows) {
  const auto statements =
      statements_of_sql("-- why\n\n/* and\n/* how */ */ SELECT 1; -- then\nSELECT 2\n;--\n/**/SELECT 3");
  ASSERT_EQ(statements.size(), 3U);
  EXPECT_EQ(statements[0].place.line, 3);
  EXPECT_EQ(statements[1].place.line, 4);
  EXPECT_EQ(statements[2].place.line, 6);
}

TEST(Sql, CountsLinesOfManyStatements) {
  std::string sql;
  for (int i = 0; i < 3000; ++i) sql += "SELECT 1;\n";
  const auto statements = statements_of_sql(sql);
  ASSERT_EQ(statements.size(), 3000U);
  EXPECT_EQ(statements[2999].place.line, 2999);
}

TEST(Sql, TakesNamesWithoutASchemaForPublic) {
  const Statement plain = only("DROP TABLE panels");
  EXPECT_EQ(plain.table, (TableName{"public", "panels"}));
  EXPECT_FALSE(plain.qualified);
  const Statement full = only("DROP TABLE \"Cfg\".\"Panels\"");
  EXPECT_EQ(full.table, (TableName{"Cfg", "Panels"}));
  EXPECT_TRUE(full.qualified);
}

TEST(Sql, FindsTheTableOfATriggerThatIsDropped) {
  const Statement drop = only("DROP TRIGGER stamp ON cfg.panels");
  EXPECT_EQ(drop.table, (TableName{"cfg", "panels"}));
  EXPECT_EQ(drop.name, "stamp");
  EXPECT_EQ(only("DROP POLICY own ON panels").table, (TableName{"public", "panels"}));
}

TEST(Sql, NamesTheTablesThatANewTableRefersTo) {
  const Statement create = only(
      "CREATE TABLE cfg.notes (panel int REFERENCES cfg.panels, by int, FOREIGN KEY (by) REFERENCES users (id)) "
      "INHERITS (cfg.base)");
  EXPECT_THAT(create.references,
              ElementsAre(TableName{"cfg", "base"}, TableName{"cfg", "panels"}, TableName{"public", "users"}));
  EXPECT_THAT(only("CREATE TABLE cfg.logs_1 PARTITION OF cfg.logs FOR VALUES IN (1)").references,
              ElementsAre(TableName{"cfg", "logs"}));
}

TEST(Sql, SplitsOneAlterTableIntoItsCommands) {
  const auto statements = statements_of_sql(
      "ALTER TABLE cfg.t ADD COLUMN a varchar(20) NOT NULL DEFAULT 'x' REFERENCES cfg.u, DROP COLUMN b CASCADE,\n"
      " ALTER c TYPE numeric(8,2), ALTER d DROP NOT NULL, ADD CONSTRAINT k CHECK (e > 0) NOT VALID,\n"
      " VALIDATE CONSTRAINT k");
  ASSERT_EQ(statements.size(), 7u);
  EXPECT_EQ(statements[0].kind, Kind::add_column);
  EXPECT_EQ(statements[0].type, "varchar(20)");
  EXPECT_TRUE(statements[0].not_null && statements[0].server_default);
  EXPECT_EQ(statements[1].constraint, ConstraintType::foreign_key);
  EXPECT_THAT(statements[1].references, ElementsAre(TableName{"cfg", "u"}));
  EXPECT_TRUE(statements[2].kind == Kind::drop_column && statements[2].cascade);
  EXPECT_EQ(statements[3].type, "numeric(8,2)");
  EXPECT_EQ(statements[4].kind, Kind::drop_not_null);
  EXPECT_TRUE(statements[5].kind == Kind::add_constraint && statements[5].not_valid);
  EXPECT_EQ(statements[6].kind, Kind::validate_constraint);
}

TEST(Sql, SaysOnWhichLineAStatementStands) {
  const auto statements = statements_of_sql("\n-- first\nSELECT 1;\n\n\nDROP TABLE a;\n");
  ASSERT_EQ(statements.size(), 2u);
  EXPECT_EQ(statements[1].place.line, 5);
}

TEST(Sql, FindsChangesThatAreNestedInQueries) {
  const auto statements =
      statements_of_sql("WITH gone AS (DELETE FROM cfg.a RETURNING *) INSERT INTO cfg.b SELECT * FROM gone");
  ASSERT_EQ(statements.size(), 2u);
  EXPECT_TRUE(std::ranges::any_of(statements, [](const Statement& s) {
    return s.kind == Kind::delete_rows && s.table == TableName{"cfg", "a"} && !s.has_where;
  }));
}

TEST(Sql, IsLoudAboutWhatHidesItsEffect) {
  for (const char* sql :
       {"DO $$ BEGIN EXECUTE x; END $$", "CALL cfg.p()", "EXECUTE q", "SELECT cfg.f()", "SELECT pg_cancel_backend(1)",
        "INSERT INTO cfg.a SELECT cfg.g()", "DROP TALBE x", "CREATE PUBLICATION p FOR ALL TABLES", "SELECT 'open"})
    EXPECT_EQ(statements_of_sql(sql).back().kind, Kind::opaque) << sql;
  EXPECT_THAT(only("DROP TALBE x").why, HasSubstr("syntax error"));
}

TEST(Sql, SeesWhetherASequenceIsSetToWhatIsThere) {
  const auto what = [](std::string_view sql) {
    const Statement statement = only(sql);
    EXPECT_EQ(statement.object, ObjectKind::sequence) << sql;
    return statement.what;
  };
  EXPECT_EQ(what("SELECT setval('cfg.s', (SELECT max(id) FROM cfg.t))"), "SETVAL");
  EXPECT_EQ(what("SELECT setval('cfg.s', coalesce(max(id), 1)) FROM cfg.t"), "SETVAL");
  EXPECT_EQ(what("SELECT setval(pg_get_serial_sequence('cfg.t', 'id'), 1000)"), "RESTART");
  EXPECT_EQ(only("SELECT setval('cfg.s', 1)").table, (TableName{"cfg", "s"}));
}

TEST(Sql, NotesLiteralsThatNobodyMayPrint) {
  using testing::IsEmpty;
  EXPECT_THAT(only("CREATE ROLE a LOGIN PASSWORD 'x1'").secrets, ElementsAre("x1"));
  EXPECT_THAT(only("ALTER ROLE a PASSWORD 'x2'").secrets, ElementsAre("x2"));
  EXPECT_THAT(only("INSERT INTO t (a, api_key) VALUES ('b', 'x3'), ('c', 'x4'::text)").secrets,
              ElementsAre("x3", "x4"));
  EXPECT_THAT(only("UPDATE t SET a = 'b', smtp_password = 'x5' WHERE id = 1").secrets, ElementsAre("x5"));
  EXPECT_THAT(only("UPDATE t SET token_count = '5', password = NULL, password_hash = 'h'").secrets, IsEmpty());
}

TEST(Sql, LetsPureFunctionsPass) {
  EXPECT_EQ(only("SELECT count(*), max(a), coalesce(b, now()) FROM cfg.t").kind, Kind::read);
  EXPECT_EQ(only("UPDATE cfg.t SET a = lower(b), c = pg_catalog.md5(d) WHERE e").kind, Kind::update_rows);
}

TEST(Sql, IgnoresEmptyTexts) {
  EXPECT_TRUE(statements_of_sql("  -- nothing\n").empty());
}

/// Of each: its table, or why nobody can tell; lines before it, and whether it may not run.
std::vector<std::string> of_block(const std::string& body) {
  std::vector<std::string> found;
  for (const Statement& s : statements_of_sql("-- why\nDO $$" + body + "$$")) {
    const std::string what = s.kind == Kind::opaque ? s.why : s.kind == Kind::read ? "nothing" : s.table.name;
    found.push_back(what + " " + std::to_string(s.place.line) + (s.conditional ? "?" : ""));
  }
  return found;
}

TEST(Sql, LooksIntoADoBlock) {
  EXPECT_THAT(of_block("\nBEGIN\n  DROP TABLE orders;\n  EXECUTE 'DROP TABLE items';\nEND "),
              ElementsAre("orders 3?", "items 4?"));
  EXPECT_THAT(of_block(" BEGIN EXECUTE 'INSERT INTO items VALUES (''a'')'; END "), ElementsAre("items 1?"));
  EXPECT_THAT(
      of_block("\nDECLARE r record;\nBEGIN\n"
               "  IF NOT EXISTS (SELECT FROM pg_type) THEN\n    CREATE TYPE mood AS ENUM ('a');\n  END IF;\n"
               "  FOR r IN SELECT id FROM notes LOOP\n    UPDATE notes SET a = 1 WHERE id = r.id;\n  END LOOP;\n"
               "  TRUNCATE log;\nEND "),
      ElementsAre("mood 5?", "notes 8?", "log 10?"));
  EXPECT_THAT(of_block(" BEGIN ALTER TABLE a ADD b int; EXCEPTION WHEN duplicate_column THEN DROP TABLE c; END "),
              ElementsAre("a 1?", "c 1?"));
  EXPECT_THAT(of_block(" BEGIN NULL; END "), ElementsAre("nothing 1"));
}

TEST(Sql, CountsTheLinesOfADoBlockFromItsQuote) {
  const auto found = statements_of_sql("-- x\nDO\n$$\nBEGIN\n  DROP TABLE a;\nEND\n$$;");
  ASSERT_EQ(found.size(), 1U);
  EXPECT_EQ(found[0].place.line, 4);
}

TEST(Sql, CannotTellWhatADoBlockComputes) {
  const auto is_opaque = ElementsAre(HasSubstr("computes"));
  EXPECT_THAT(of_block(" BEGIN EXECUTE 'DROP TABLE ' || name; END "), is_opaque);
  EXPECT_THAT(of_block(" BEGIN EXECUTE format('DROP TABLE %I', 'x'); END "), is_opaque);
  for (const char* body :
       {" DECLARE n int; BEGIN n := f(); END ", " DECLARE n int := f(); BEGIN END ", " BEGIN PERFORM f(); END ",
        " BEGIN IF f() THEN NULL; END IF; END ", " BEGIN RAISE NOTICE '%', f(); END ",
        " DECLARE n int; BEGIN n = f(a := 1); END ", " BEGIN IF f(a := 1) THEN NULL; END IF; END "})
    EXPECT_THAT(of_block(body), ElementsAre(HasSubstr("it calls f()"))) << body;
  EXPECT_THAT(of_block(" DECLARE r int[]; BEGIN r[f()] := 1; END "), is_opaque);
  EXPECT_THAT(of_block(" DECLARE n text; BEGIN n = 'a := b'; END "), ElementsAre("nothing 1"));
  EXPECT_THAT(of_block(" BEGIN CALL f(); END "), ElementsAre(HasSubstr("call")));
  EXPECT_THAT(of_block(" BEGIN DROP TABL x END "), ElementsAre(HasSubstr("does not understand the DO block")));
  const auto in_python = statements_of_sql("DO $$ import os $$ LANGUAGE plpython3u");
  ASSERT_EQ(in_python.size(), 1U);
  EXPECT_THAT(in_python[0].why, HasSubstr("a DO block in plpython3u hides"));
}

TEST(Sql, ReadsWhatStandsAroundAStatementThatDoesNotParse) {
  const auto found = statements_of_sql(
      "-- one; two\nDROP TABLE a;\n\nALTER TABEL b DROP c;\nFROB d;\nDO $$ a; b $$;\n\n\nDROP TABLE e; DROP TABLE f");
  std::vector<std::pair<StatementKind, int>> kinds;
  for (const Statement& statement : found) kinds.emplace_back(statement.kind, statement.place.line);
  EXPECT_THAT(kinds, testing::ElementsAre(std::pair(Kind::drop_table, 1), std::pair(Kind::opaque, 3),
                                          std::pair(Kind::opaque, 5), std::pair(Kind::drop_table, 8),
                                          std::pair(Kind::drop_table, 8)));
  EXPECT_EQ(found[1].why,
            "PostgreSQL's parser does not understand the SQL: syntax error at or near \"TABEL\""
            ", nor 1 more up to the next that it does");
  EXPECT_EQ(found[4].table.name, "f");
}

TEST(Sql, KeepsTheDosOfATextApartWhateverStandsBetweenThem) {
  const std::string one = "DO $$ BEGIN DROP TABLE a; DROP TABLE b; END $$;";
  for (const std::string& between : {std::string(), std::string("FROB;")}) {
    std::vector<std::size_t> blocks;
    for (const Statement& s : statements_of_sql(one + between + one))
      if (s.kind == Kind::drop_table) blocks.push_back(s.block);
    ASSERT_EQ(blocks.size(), 4U);
    EXPECT_EQ(blocks[0], blocks[1]);
    EXPECT_NE(blocks[1], blocks[2]) << between;
  }
}

TEST(Sql, IsOneDoubtWhereNobodyCanTellWhereAStatementEnds) {
  const auto found = statements_of_sql("DROP TABLE a;\nALTER TABEL b DROP 'c;\nDROP TABLE e;");
  ASSERT_EQ(found.size(), 1U);
  EXPECT_EQ(found[0].kind, StatementKind::opaque);
}

TEST(Fingerprints, AreTheSameWhateverTheLiteralsAre) {
  const auto of = fingerprints_of_sql;
  EXPECT_EQ(of("UPDATE a SET b = 1 WHERE c IN (1, 2)"), of("update a set b = $1 where c in ($2)"));
  EXPECT_EQ(of("ALTER TABLE a ADD b text DEFAULT 'x'"), of("alter table a add b text default 'y';"));
  EXPECT_NE(of("DROP TABLE a"), of("DROP TABLE b"));
  EXPECT_EQ(of("SELECT 1; DROP TABLE a").size(), 2U);
  EXPECT_EQ(of("SELECT 1; DROP TABLE a").at(1), of("DROP TABLE a").at(0));
  EXPECT_TRUE(of("no SQL").empty());
}

}  // namespace
}  // namespace orchestrate
