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
using testing::IsEmpty;

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
  ALTER TABLE cfg.panels ENABLE ROW LEVEL SECURITY; CREATE POLICY p ON cfg.panels USING (true))";

class ShapeOfSchemas : public testing::Test {
 protected:
  static void SetUpTestSuite() {
    server = std::make_unique<TemporaryPostgres>();
    server->sql("CREATE DATABASE one; ");
    server->sql("CREATE DATABASE other");
  }
  static void TearDownTestSuite() { server.reset(); }
  void SetUp() override {
    for (const char* database : {"one", "other"})
      server->sql(std::string("DROP SCHEMA IF EXISTS cfg CASCADE; CREATE SCHEMA cfg;") + one_of_each, database);
  }

  Shape shape_of(const std::string& name) {
    const auto database = on_loop(io, databases->connect(server->url(name), {}, {}));
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

TEST_F(ShapeOfSchemas, DoesNotDependOnTheOrderOfColumnsOnOwnersOrOnTheVersionTable) {
  EXPECT_THAT(different("ALTER TABLE cfg.panels DROP COLUMN mood; ALTER TABLE cfg.panels ADD COLUMN mood cfg.mood;"
                        "GRANT SELECT ON cfg.panels TO public; DROP TABLE cfg.alembic_version"),
              IsEmpty());
}

TEST_F(ShapeOfSchemas, DoesNotDependOnPartitionsWhichJobsMake) {
  EXPECT_THAT(different("CREATE TABLE cfg.log_2 PARTITION OF cfg.log FOR VALUES IN (2); DROP TABLE cfg.log_1"),
              IsEmpty());
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
    SetUp();
    EXPECT_THAT(different(change), ElementsAre(told)) << change;
  }
}

}  // namespace
}  // namespace orchestrate
