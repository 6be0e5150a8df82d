#include "schema/shape.hpp"

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
using testing::EndsWith;
using testing::IsEmpty;
using testing::StartsWith;

constexpr const char* one_of_each = R"(
  CREATE TABLE cfg.alembic_version (version_num varchar(32) PRIMARY KEY);
  CREATE TYPE cfg.mood AS ENUM ('good', 'bad'); CREATE DOMAIN cfg.size AS int CHECK (VALUE > 0);
  CREATE TABLE cfg.owners (id int GENERATED ALWAYS AS IDENTITY PRIMARY KEY);
  CREATE TABLE cfg.panels (id bigserial PRIMARY KEY, title text NOT NULL DEFAULT 'x', note text, mood cfg.mood, size cfg.size,
                           owner int REFERENCES cfg.owners, twice int GENERATED ALWAYS AS (2 * id) STORED);
  CREATE TABLE cfg.log (day int) PARTITION BY LIST (day); CREATE TABLE cfg.log_1 PARTITION OF cfg.log FOR VALUES IN (1);
  CREATE TYPE cfg.pair AS (a int, b int);
  CREATE UNIQUE INDEX ux_title ON cfg.panels (lower(title)) WHERE title <> '';
  CREATE VIEW cfg.titles AS SELECT title FROM cfg.panels;
  CREATE FUNCTION cfg.f() RETURNS trigger LANGUAGE plpgsql AS 'BEGIN RETURN NEW; END';
  CREATE TRIGGER t BEFORE INSERT ON cfg.panels FOR EACH ROW EXECUTE FUNCTION cfg.f();
  ALTER TABLE cfg.panels ENABLE ROW LEVEL SECURITY; CREATE POLICY p ON cfg.panels USING (true);)";

constexpr const char* one_of_each_that_is_rarer = R"(
  CREATE FUNCTION cfg.add(int, int) RETURNS int LANGUAGE sql IMMUTABLE AS 'SELECT $1 + $2';
  CREATE FUNCTION cfg.span_of(float8, float8) RETURNS float8 LANGUAGE sql IMMUTABLE AS 'SELECT $1 - $2';
  CREATE AGGREGATE cfg.total (int) (SFUNC = cfg.add, STYPE = int, INITCOND = '0');
  CREATE TYPE cfg.span AS RANGE (SUBTYPE = float8, SUBTYPE_DIFF = cfg.span_of);
  CREATE FUNCTION cfg.word_of(cfg.mood) RETURNS text LANGUAGE sql IMMUTABLE AS 'SELECT ''x''::text';
  CREATE CAST (cfg.mood AS text) WITH FUNCTION cfg.word_of(cfg.mood);
  CREATE FUNCTION cfg.alike(int, int) RETURNS bool LANGUAGE sql IMMUTABLE AS 'SELECT $1 = $2';
  CREATE OPERATOR cfg.=== (FUNCTION = cfg.alike, LEFTARG = int, RIGHTARG = int);
  CREATE COLLATION cfg.plain (LOCALE = 'C');
  CREATE DOMAIN cfg.word AS text COLLATE cfg.plain;
  CREATE TEXT SEARCH DICTIONARY cfg.words (TEMPLATE = simple);
  CREATE TEXT SEARCH CONFIGURATION cfg.search (PARSER = "default");
  ALTER TEXT SEARCH CONFIGURATION cfg.search ADD MAPPING FOR word WITH cfg.words, simple;
  CREATE RULE quiet AS ON DELETE TO cfg.panels DO INSTEAD NOTHING;
  CREATE STATISTICS cfg.both (dependencies) ON note, title FROM cfg.panels;
  CREATE SEQUENCE cfg.numbers OWNED BY cfg.panels.size;
  CREATE TYPE cfg.two AS (a int, b int); CREATE TABLE cfg.twos OF cfg.two;
  CREATE FOREIGN TABLE cfg.away (a int) SERVER far;
  CREATE FUNCTION cfg.watch() RETURNS event_trigger LANGUAGE plpgsql AS 'BEGIN END';
  CREATE EVENT TRIGGER watch ON ddl_command_end WHEN TAG IN ('CREATE COLLATION') EXECUTE FUNCTION cfg.watch())";

class ShapeOfSchemas : public testing::Test {
 protected:
  static void SetUpTestSuite() {
    server = std::make_unique<TemporaryPostgres>();
    server->sql("CREATE ROLE anyone LOGIN");
    for (const char* database : {"one", "other"}) {
      server->sql(std::string("CREATE DATABASE ") + database);
      server->sql(
          "CREATE FOREIGN DATA WRAPPER far; CREATE SERVER far FOREIGN DATA WRAPPER far;"
          "CREATE SERVER farther FOREIGN DATA WRAPPER far;"
          "CREATE ACCESS METHOD pile TYPE TABLE HANDLER heap_tableam_handler",
          database);
    }
  }
  static void TearDownTestSuite() { server.reset(); }
  void SetUp() override {
    make_anew("one");
    make_anew("other");
  }

  static void make_anew(const char* database) {
    const std::string empty = "DROP SCHEMA IF EXISTS cfg CASCADE; CREATE SCHEMA cfg;";
    server->sql(empty + one_of_each + one_of_each_that_is_rarer, database);
  }
  Shape shape_of(const std::string& name, const std::string& reader = "postgres") {
    DatabaseUrl url = server->url(name);
    url.user = reader;
    const auto database = on_loop(io, databases->connect(url, {}, {}));
    return on_loop(io, read_shape(*database, {"cfg"}, {"cfg", "alembic_version"}, {}));
  }
  std::vector<std::string> different(const std::string& change) {
    server->sql(change, "other");
    std::vector<std::string> names;
    for (const ShapeDifference& found : differences(shape_of("one"), shape_of("other")))
      names.push_back(found.object + (found.one.empty() ? " +" : found.other.empty() ? " -" : ""));
    return names;
  }

  static std::unique_ptr<TemporaryPostgres> server;
  boost::asio::io_context io;
  std::unique_ptr<Databases> databases = system::make_databases();
};
std::unique_ptr<TemporaryPostgres> ShapeOfSchemas::server;

TEST_F(ShapeOfSchemas, IsTheSameWhereTheSameWasMade) {
  EXPECT_THAT(different("SELECT 1"), IsEmpty());
  EXPECT_EQ(shape_of("one").at("column cfg.panels.title"), "text NOT NULL DEFAULT 'x'::text");
}

TEST_F(ShapeOfSchemas, IsTheSameAfterADumpWasRestored) {
  server->sql(
      "CREATE EXTENSION citext SCHEMA cfg; SET search_path = cfg; CREATE SEQUENCE tickets; CREATE COLLATION same "
      "FROM \"C\"; CREATE DOMAIN ticket AS bigint DEFAULT nextval('tickets')",
      "one");
  server->sql("CREATE DATABASE restored");
  server->sql("\\! pg_dump \"" + server->url("one").conninfo() + "\" | psql -Xq -v ON_ERROR_STOP=1 \"" +
              server->url("restored").conninfo() + "\"");
  EXPECT_THAT(differences(shape_of("one"), shape_of("restored")), IsEmpty());
}

TEST_F(ShapeOfSchemas, DoesNotDependOnTheOrderOfColumnsOnOwnersOrOnTheVersionTable) {
  EXPECT_THAT(different("ALTER TABLE cfg.panels DROP COLUMN mood; ALTER TABLE cfg.panels ADD COLUMN mood cfg.mood;"
                        "GRANT SELECT ON cfg.panels TO public; DROP TABLE cfg.alembic_version"),
              IsEmpty());
}

TEST_F(ShapeOfSchemas, DoesNotDependOnPartitionsWhichJobsMake) {
  EXPECT_THAT(different("CREATE TABLE cfg.log_2 PARTITION OF cfg.log FOR VALUES IN (2); DROP TABLE cfg.log_1"),
              IsEmpty());
}

TEST_F(ShapeOfSchemas, DoesNotDependOnWhatPartitionsHaveOfTheirOwn) {
  EXPECT_THAT(different("CREATE TABLE cfg.log_2 (day int, n serial); ALTER TABLE cfg.log ADD COLUMN n int;"
                        "ALTER TABLE cfg.log ATTACH PARTITION cfg.log_2 FOR VALUES IN (2);"
                        "CREATE INDEX ON cfg.log_2 (n); CREATE STATISTICS cfg.log_2 ON day, n FROM cfg.log_2;"
                        "CREATE RULE r AS ON DELETE TO cfg.log_2 DO INSTEAD NOTHING"),
              ElementsAre("column cfg.log.n +"));
}

TEST_F(ShapeOfSchemas, DoesNotDependOnTheOrderInWhichThingsWereSet) {
  server->sql("ALTER TABLE cfg.owners SET (fillfactor = 50); ALTER TABLE cfg.owners SET (autovacuum_enabled = off)",
              "one");
  EXPECT_THAT(different("ALTER TABLE cfg.owners SET (autovacuum_enabled = off, fillfactor = 50);"
                        "ALTER TABLE cfg.panels DROP COLUMN note; ALTER TABLE cfg.panels ADD COLUMN note text;"
                        "CREATE STATISTICS cfg.both (dependencies) ON title, note FROM cfg.panels"),
              IsEmpty());
}

TEST_F(ShapeOfSchemas, IsReadByAnyRole) {
  server->sql("GRANT USAGE ON SCHEMA cfg TO anyone", "one");
  EXPECT_EQ(shape_of("one", "anyone"), shape_of("one"));
}

TEST_F(ShapeOfSchemas, NamesWhatATypeBringsOnlyByTheType) {
  EXPECT_THAT(different("DROP TYPE cfg.span"), ElementsAre("type cfg.span -"));
}

TEST_F(ShapeOfSchemas, NamesNothingThatAnExtensionBringsButTheExtension) {
  const std::string make =  // with types, domains, casts, operators, aggregates and text search among them
      "SET search_path = cfg; CREATE EXTENSION citext; CREATE EXTENSION cube; CREATE EXTENSION hstore;"
      "CREATE EXTENSION unaccent; CREATE EXTENSION earthdistance";  // the last one takes an administrator, and cube
  EXPECT_THAT(different(make), ElementsAre("extension citext +", "extension hstore +", "extension unaccent +"));
  SetUp();
  server->sql("CREATE EXTENSION citext SCHEMA cfg", "one");
  EXPECT_THAT(different("SELECT 1"), ElementsAre("extension citext -"));
}

TEST_F(ShapeOfSchemas, TakesAnExtensionThatOnlyAnAdministratorMakesForHis) {
  EXPECT_THAT(different("CREATE EXTENSION pg_stat_statements SCHEMA cfg"), IsEmpty());
  SetUp();
  server->sql("CREATE EXTENSION pg_stat_statements SCHEMA cfg", "one");
  EXPECT_THAT(different("SELECT 1"), ElementsAre("extension pg_stat_statements -"));
}

TEST_F(ShapeOfSchemas, DoesNotCompareVersionsOfExtensions) {
  server->sql("CREATE EXTENSION pg_trgm SCHEMA cfg VERSION '1.3'", "one");
  EXPECT_THAT(different("CREATE EXTENSION pg_trgm SCHEMA cfg VERSION '1.4'"), IsEmpty());
}

TEST_F(ShapeOfSchemas, SaysWhatTheRarerOnesAre) {
  const Shape shape = shape_of("one");
  EXPECT_EQ(shape.at("aggregate cfg.total(integer)"),
            "SFUNC cfg.add(integer,integer) STYPE integer INITCOND '0' PARALLEL u");
  EXPECT_THAT(shape.at("type cfg.span"),
              StartsWith("range of double precision SUBTYPE_DIFF cfg.span_of(double precision,double precision)"));
  EXPECT_EQ(shape.at("type cfg.word"), "text COLLATE cfg.plain");
  EXPECT_EQ(shape.at("cast cfg.mood AS text"), "WITH FUNCTION cfg.word_of(cfg.mood)");
  EXPECT_EQ(shape.at("operator cfg.===(integer,integer)"), "FUNCTION cfg.alike(integer,integer) RETURNS boolean");
  EXPECT_EQ(shape.at("text search configuration cfg.search"), "PARSER pg_catalog.default, word: cfg.words simple");
  EXPECT_EQ(shape.at("text search dictionary cfg.words"), "TEMPLATE pg_catalog.simple");
  EXPECT_EQ(shape.at("statistics cfg.both on cfg.panels"), "(dependencies) ON note, title");
  EXPECT_THAT(shape.at("sequence cfg.panels_id_seq"), EndsWith(" OWNED BY cfg.panels.id"));
  EXPECT_EQ(shape.at("event trigger watch"), "ON ddl_command_end FOR {\"CREATE COLLATION\"} EXECUTE cfg.watch()");
}

TEST_F(ShapeOfSchemas, TellsEachChangeByItsName) {
  struct Case {
    const char* change;
    const char* told;
  };
  for (const auto& [change, told] :
       {Case{"ALTER TABLE cfg.panels ADD COLUMN n int", "column cfg.panels.n +"},
        Case{"ALTER TABLE cfg.panels DROP COLUMN mood", "column cfg.panels.mood -"},
        Case{"ALTER TABLE cfg.panels ALTER title DROP NOT NULL", "column cfg.panels.title"},
        Case{"ALTER TABLE cfg.panels ALTER title SET DEFAULT 'y'", "column cfg.panels.title"},
        Case{"ALTER TABLE cfg.panels ALTER note TYPE text COLLATE \"C\"", "column cfg.panels.note"},
        Case{"ALTER TYPE cfg.pair ADD ATTRIBUTE c int", "column cfg.pair.c +"},
        Case{"DROP TYPE cfg.pair", "table cfg.pair -"}, Case{"ALTER TYPE cfg.mood ADD VALUE 'worse'", "type cfg.mood"},
        Case{"ALTER TABLE cfg.panels DROP CONSTRAINT panels_owner_fkey",
             "constraint panels_owner_fkey on cfg.panels -"},
        Case{"ALTER DOMAIN cfg.size DROP CONSTRAINT size_check", "constraint size_check of cfg.size -"},
        Case{"DROP INDEX cfg.ux_title", "index cfg.ux_title -"},
        Case{"CREATE OR REPLACE VIEW cfg.titles AS SELECT 'x'::text AS title", "view cfg.titles"},
        Case{"ALTER TABLE cfg.panels DISABLE TRIGGER t", "trigger t on cfg.panels"},
        Case{"CREATE OR REPLACE FUNCTION cfg.f() RETURNS trigger LANGUAGE plpgsql AS 'BEGIN RETURN NULL; END'",
             "function cfg.f()"},
        Case{"DROP POLICY p ON cfg.panels", "policy p on cfg.panels -"},
        Case{"ALTER TABLE cfg.panels FORCE ROW LEVEL SECURITY", "table cfg.panels"},
        Case{"ALTER SEQUENCE cfg.panels_id_seq CYCLE", "sequence cfg.panels_id_seq"},
        Case{"CREATE TABLE cfg.more (a int, b int)", "table cfg.more +"}}) {
    make_anew("other");
    EXPECT_THAT(different(change), ElementsAre(told)) << change;
  }
}

TEST_F(ShapeOfSchemas, TellsEachChangeOfTheRarerOnes) {
  struct Case {
    const char* change;
    const char* told;
  };
  for (const auto& [change, told] :
       {Case{"CREATE OR REPLACE AGGREGATE cfg.total (int) (SFUNC = cfg.add, STYPE = int, INITCOND = '1')",
             "aggregate cfg.total(integer)"},
        Case{"CREATE OR REPLACE AGGREGATE cfg.total (int) (SFUNC = int4mul, STYPE = int, INITCOND = '0')",
             "aggregate cfg.total(integer)"},
        Case{"DROP AGGREGATE cfg.total (int)", "aggregate cfg.total(integer) -"},
        Case{"CREATE TYPE cfg.days AS RANGE (SUBTYPE = date)", "type cfg.days +"},
        Case{"DROP TYPE cfg.span; CREATE TYPE cfg.span AS RANGE (SUBTYPE = float8)", "type cfg.span"},
        Case{"DROP DOMAIN cfg.word; CREATE DOMAIN cfg.word AS text", "type cfg.word"},
        Case{"DROP CAST (cfg.mood AS text)", "cast cfg.mood AS text -"},
        Case{"DROP CAST (cfg.mood AS text); CREATE CAST (cfg.mood AS text) WITH INOUT", "cast cfg.mood AS text"},
        Case{"DROP OPERATOR cfg.=== (int, int)", "operator cfg.===(integer,integer) -"},
        Case{"ALTER OPERATOR cfg.=== (int, int) SET (RESTRICT = eqsel)", "operator cfg.===(integer,integer)"},
        Case{"CREATE COLLATION cfg.dull (LOCALE = 'C')", "collation cfg.dull +"},
        Case{"DROP DOMAIN cfg.word; DROP COLLATION cfg.plain; CREATE COLLATION cfg.plain (LOCALE = 'POSIX');"
             "CREATE DOMAIN cfg.word AS text COLLATE cfg.plain",
             "collation cfg.plain"},
        Case{"ALTER TEXT SEARCH CONFIGURATION cfg.search ALTER MAPPING FOR word WITH simple, cfg.words",
             "text search configuration cfg.search"},
        Case{"ALTER TEXT SEARCH DICTIONARY cfg.words (Accept = false)", "text search dictionary cfg.words"},
        Case{"DROP RULE quiet ON cfg.panels", "rule quiet on cfg.panels -"},
        Case{"ALTER TABLE cfg.panels DISABLE RULE quiet", "rule quiet on cfg.panels"},
        Case{"CREATE OR REPLACE RULE quiet AS ON DELETE TO cfg.panels WHERE OLD.id > 9 DO INSTEAD NOTHING",
             "rule quiet on cfg.panels"},
        Case{"DROP STATISTICS cfg.both", "statistics cfg.both on cfg.panels -"},
        Case{"DROP STATISTICS cfg.both; CREATE STATISTICS cfg.both (mcv) ON note, title FROM cfg.panels",
             "statistics cfg.both on cfg.panels"},
        Case{"ALTER SEQUENCE cfg.numbers OWNED BY NONE", "sequence cfg.numbers"},
        Case{"ALTER SEQUENCE cfg.panels_id_seq OWNED BY cfg.panels.size", "sequence cfg.panels_id_seq"},
        Case{"ALTER SEQUENCE cfg.numbers CACHE 20", "sequence cfg.numbers"},
        Case{"ALTER TABLE cfg.panels REPLICA IDENTITY FULL", "table cfg.panels"},
        Case{"ALTER TABLE cfg.owners REPLICA IDENTITY USING INDEX owners_pkey", "table cfg.owners"},
        Case{"ALTER TABLE cfg.twos NOT OF", "table cfg.twos"},
        Case{"CREATE TABLE cfg.piled (a int) USING pile", "table cfg.piled +"},
        Case{"DROP FOREIGN TABLE cfg.away; CREATE FOREIGN TABLE cfg.away (a int) SERVER farther", "table cfg.away"},
        Case{"CREATE POLICY \"all on it\" ON cfg.panels USING (true)", "policy all on it on cfg.panels +"},
        Case{"CREATE TABLE cfg.more (a int); CREATE POLICY \"all on it\" ON cfg.more USING (true)", "table cfg.more +"},
        Case{"DROP EVENT TRIGGER watch", "event trigger watch -"},
        Case{"ALTER EVENT TRIGGER watch DISABLE", "event trigger watch"},
        Case{"CREATE VIEW cfg.writable AS SELECT note FROM cfg.panels;"
             "CREATE RULE r AS ON INSERT TO cfg.writable DO INSTEAD NOTHING",
             "view cfg.writable +"}}) {
    make_anew("other");
    EXPECT_THAT(different(change), ElementsAre(told)) << change;
  }
}

}  // namespace
}  // namespace orchestrate
