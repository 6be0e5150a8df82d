#include "backup/definitions.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace orchestrate::backup {
namespace {

using testing::ElementsAre;
using testing::Key;

/// As pg_dump writes an object.
std::string object(const std::string& kind, const std::string& name, const std::string& sql) {
  return "--\n-- Name: " + name + "; Type: " + kind + "; Schema: cfg; Owner: bot\n--\n\n" + sql + "\n\n\n";
}

Hashes definitions_in(const std::string& objects) {
  const std::string dump = "--\n-- PostgreSQL database dump\n--\n\n\\restrict abc\n\nSET lock_timeout = 0;\n\n" +
                           objects + "--\n-- PostgreSQL database dump complete\n--\n\n\\unrestrict abc\n\n";
  Definitions definitions;
  for (const char& byte : dump) definitions.read(std::as_bytes(std::span(&byte, 1)));
  EXPECT_TRUE(definitions.complete());
  return definitions.take();
}

std::string hash_of(const std::string& sql, const std::string& kind = "TABLE") {
  return definitions_in(object(kind, "x", sql)).at(kind + " cfg.x");
}

TEST(Definitions, HaveTheNamesOfTheirObjects) {
  EXPECT_THAT(definitions_in(object("TABLE", "panels", "CREATE TABLE cfg.panels ();") +
                             object("FUNCTION", "f(integer)", "CREATE FUNCTION cfg.f(n integer)...")),
              ElementsAre(Key("FUNCTION cfg.f(integer)"), Key("TABLE cfg.panels")));
}

TEST(Definitions, AreOtherWhereTheirTextIs) {
  EXPECT_NE(hash_of("CREATE TABLE cfg.x (a integer);"), hash_of("CREATE TABLE cfg.x (a bigint);"));
  EXPECT_EQ(hash_of("CREATE TABLE cfg.x (a integer);\n\n\nSET default_tablespace = '';"),
            hash_of("CREATE TABLE cfg.x (a integer);"));
}

TEST(Definitions, ThatAreWrittenAnewByTheServerThatRestoredThemAreTheSame) {
  EXPECT_EQ(
      hash_of("CHECK (((kind)::text = ANY ((ARRAY['a'::character varying, 'b'::character varying])::text[])))"),
      hash_of("CHECK (((kind)::text = ANY (ARRAY[('a'::character varying)::text, ('b'::character varying)::text])))"));
  EXPECT_NE(hash_of("'a'::textual"), hash_of("'a'"));
  EXPECT_EQ(hash_of("'a'::character varying(20)[] -- ::text("), hash_of("'a' -- "));
}

TEST(Definitions, GrantsHaveNoOrder) {
  EXPECT_EQ(hash_of("GRANT SELECT TO a;\nGRANT SELECT TO b;", "ACL"),
            hash_of("GRANT SELECT TO b;\nGRANT SELECT TO a;", "ACL"));
  EXPECT_NE(hash_of("a\nb", "VIEW"), hash_of("b\na", "VIEW"));
}

TEST(Definitions, OfOneNameCountAll) {
  EXPECT_NE(definitions_in(object("COMMENT", "x", "a") + object("COMMENT", "x", "b")),
            definitions_in(object("COMMENT", "x", "b")));
}

TEST(Definitions, AreIncompleteWithoutPgDumpsLastWords) {
  Definitions definitions;
  const std::string cut = object("TABLE", "x", "CREATE TABLE");
  definitions.read(std::as_bytes(std::span(cut)));
  EXPECT_FALSE(definitions.complete());
}

}  // namespace
}  // namespace orchestrate::backup
