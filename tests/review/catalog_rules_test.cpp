#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <boost/asio/io_context.hpp>

#include "live_catalog.hpp"
#include "on_loop.hpp"
#include "review/enrich.hpp"
#include "review/sql.hpp"
#include "reviewing.hpp"

/// Rules that a database decides, or that it keeps quiet where the text alone would have them speak.
namespace orchestrate {
namespace {

using testing::Contains;
using testing::Not;

constexpr const char* schema = R"(
  CREATE EXTENSION citext;
  CREATE TYPE mood AS ENUM ('so');
  CREATE TABLE panels (id bigint PRIMARY KEY, title text, channel varchar(20), a int, b int);
  CREATE TABLE channels (id bigint PRIMARY KEY);
  CREATE TABLE notes (id bigint PRIMARY KEY, panel_id int, channel_id bigint, at timestamptz);
  CREATE INDEX notes_channel ON notes (channel_id, at);
  CREATE INDEX panels_ab ON panels (a, b);
  CREATE INDEX panels_broken ON panels (title);
  UPDATE pg_index SET indisvalid = false WHERE indexrelid = 'panels_broken'::regclass;
  CREATE TABLE theirs (id int);
  ALTER EXTENSION citext ADD TABLE theirs;
  CREATE ROLE app;
  CREATE SCHEMA shop;
  CREATE TABLE shop.orders (id int);
  CREATE TABLE shop.alembic_version (version_num text);
  GRANT SELECT ON shop.orders TO app;
  CREATE SCHEMA open;
  CREATE TABLE open.orders (id int);
  GRANT SELECT ON open.orders TO PUBLIC;
  INSERT INTO panels SELECT i, i::text FROM generate_series(1, 100) i;
  ANALYZE;
)";

class CatalogRules : public testing::Test {
 protected:
  static void SetUpTestSuite() {
    server = std::make_unique<TemporaryPostgres>();
    server->sql(schema);
  }
  static void TearDownTestSuite() { server.reset(); }

  static Facts facts_for(const std::string& sql) {
    std::vector<ReadRevision> revisions(1);
    revisions[0].statements = statements_of_sql(sql);
    boost::asio::io_context io(1);
    LiveCatalog catalog(*server, "postgres");
    return on_loop(io, catalog.look_up(names_in(revisions)));
  }

  static std::vector<std::string> rules_of(const ReviewReport& report) {
    std::vector<std::string> rules;
    for (const Finding& finding : report.findings) rules.push_back(finding.rule);
    return rules;
  }
  static std::vector<std::string> found(const std::string& sql) {
    return rules_of(review_sql({{"step.sql", sql}}, {}, facts_for(sql)));
  }
  /// On a server of that version.
  static std::vector<std::string> found_on(int version, const std::string& sql) {
    Facts facts = facts_for(sql);
    facts.server_version = version;
    return rules_of(review_sql({{"step.sql", sql}}, {}, facts));
  }

  static std::unique_ptr<TemporaryPostgres> server;
};
std::unique_ptr<TemporaryPostgres> CatalogRules::server;

TEST_F(CatalogRules, KnowWhetherIfNotExistsWouldLeaveAnInvalidIndex) {
  EXPECT_THAT(found("CREATE INDEX CONCURRENTLY IF NOT EXISTS panels_broken ON panels (title)"),
              Contains("masked-index"));
  EXPECT_THAT(found("CREATE INDEX CONCURRENTLY IF NOT EXISTS panels_ab ON panels (b)"), Contains("masked-index"));
  EXPECT_THAT(found("CREATE INDEX CONCURRENTLY IF NOT EXISTS panels_ab ON panels (a, b)"),
              Not(Contains("masked-index")));
  EXPECT_THAT(found("CREATE INDEX CONCURRENTLY IF NOT EXISTS fresh ON panels (a)"), Not(Contains("masked-index")));
}

TEST_F(CatalogRules, KnowTheIndexesThatAreThere) {
  EXPECT_THAT(found("CREATE INDEX i ON panels (a)"), Contains("redundant-index"));
  EXPECT_THAT(found("DROP INDEX panels_ab; CREATE INDEX i ON panels (a)"), Not(Contains("redundant-index")));
  EXPECT_THAT(found("CREATE INDEX i ON panels (b)"), Not(Contains("redundant-index")));
  EXPECT_THAT(found("CREATE INDEX i ON panels (title)"), Not(Contains("redundant-index")));  // the other is INVALID
  EXPECT_THAT(found("ALTER TABLE notes ADD FOREIGN KEY (panel_id) REFERENCES panels (id)"),
              Contains("foreign-key-without-index"));
  EXPECT_THAT(found("ALTER TABLE notes ADD FOREIGN KEY (channel_id) REFERENCES channels (id)"),
              Not(Contains("foreign-key-without-index")));
}

TEST_F(CatalogRules, KnowTheTypesOfColumns) {
  EXPECT_THAT(found("ALTER TABLE notes ADD FOREIGN KEY (panel_id) REFERENCES panels (id)"),
              Contains("foreign-key-narrower"));
  EXPECT_THAT(found("ALTER TABLE notes ADD FOREIGN KEY (channel_id) REFERENCES channels (id)"),
              Not(Contains("foreign-key-narrower")));
  EXPECT_THAT(found("ALTER TABLE panels ALTER COLUMN channel TYPE integer"), Contains("type-change-without-using"));
  EXPECT_THAT(found("ALTER TABLE panels ALTER COLUMN channel TYPE integer USING 1"),
              Not(Contains("type-change-without-using")));
  EXPECT_THAT(found("ALTER TABLE panels ALTER COLUMN channel TYPE varchar(40)"), Contains("cached-plan"));
}

TEST_F(CatalogRules, AskHowLargeATableIsAndWhetherAKeyNamesTheRows) {
  EXPECT_THAT(found("UPDATE panels SET title = '' WHERE title = 'x'"), Contains("large-data-change"));
  EXPECT_THAT(found("DELETE FROM panels WHERE a > 0"), Contains("large-data-change"));
  EXPECT_THAT(found("UPDATE panels SET title = '' WHERE id = 7 AND title = 'x'"), Not(Contains("large-data-change")));
  EXPECT_THAT(found("DELETE FROM panels WHERE id IN (1, 2, 3)"), Not(Contains("large-data-change")));
}

TEST_F(CatalogRules, SeeATableThatIsThereAlready) {
  EXPECT_THAT(found("CREATE TABLE channels (id bigint PRIMARY KEY)"), Contains("table-there-already"));
  EXPECT_THAT(found("CREATE TABLE IF NOT EXISTS channels (id bigint PRIMARY KEY, name text)"),
              Contains("table-there-already"));
  EXPECT_THAT(found("CREATE TABLE IF NOT EXISTS channels (id bigint PRIMARY KEY)"),
              Not(Contains("table-there-already")));
  EXPECT_THAT(found("ALTER TABLE channels RENAME TO old; CREATE TABLE channels (id bigint PRIMARY KEY)"),
              Not(Contains("table-there-already")));
}

TEST_F(CatalogRules, KnowWhatBelongsToAnExtensionAndWhichTheHostHas) {
  EXPECT_THAT(found("DROP TABLE theirs"), Contains("extension-owned"));
  EXPECT_THAT(found("DROP TABLE channels"), Not(Contains("extension-owned")));
  EXPECT_THAT(found("CREATE EXTENSION hstore"), Not(Contains("extension")));
  EXPECT_THAT(found("CREATE EXTENSION no_such_extension"), Contains("extension"));
  EXPECT_THAT(found_on(120000, "CREATE EXTENSION hstore"), Contains("extension"));  // trusted since 13
}

TEST_F(CatalogRules, KnowWhatTheServersVersionCanDo) {
  const std::string detach = "ALTER TABLE channels DETACH PARTITION c CONCURRENTLY";
  EXPECT_THAT(found_on(130000, detach), Contains("newer-server"));
  EXPECT_THAT(found_on(140000, detach), Not(Contains("newer-server")));
  EXPECT_THAT(found_on(160000, "SET transaction_timeout = '1min'"), Contains("newer-server"));
  EXPECT_THAT(found_on(170000, "SET transaction_timeout = '1min'"), Not(Contains("newer-server")));
  const std::string build = "CREATE INDEX CONCURRENTLY i ON panels (b)";
  EXPECT_THAT(found_on(140003, build), Contains("corrupting-build"));
  EXPECT_THAT(found_on(140004, build), Not(Contains("corrupting-build")));
  const std::string validate = "ALTER DOMAIN amount VALIDATE CONSTRAINT k";
  EXPECT_THAT(found_on(170000, validate), Contains("domain-checked-at-once"));
  EXPECT_THAT(found_on(180000, validate), Not(Contains("domain-checked-at-once")));
}

TEST_F(CatalogRules, KnowWhichRolesMayReadTheOtherTables) {
  EXPECT_THAT(found("CREATE TABLE shop.items (id int)"), Contains("table-without-grants"));
  EXPECT_THAT(found("CREATE TABLE open.items (id int)"), Not(Contains("table-without-grants")));
  EXPECT_THAT(found("CREATE TABLE shop.items (id int); GRANT SELECT ON shop.items TO app"),
              Not(Contains("table-without-grants")));
  server->sql("ALTER DEFAULT PRIVILEGES GRANT SELECT ON TABLES TO app");
  EXPECT_THAT(found("CREATE TABLE shop.items (id int)"), Not(Contains("table-without-grants")));
}

TEST_F(CatalogRules, KnowTheEnumTypesThatEarlierRevisionsMade) {
  LiveCatalog catalog(*server, "postgres");
  const auto found_in = [&](const std::string& type) {
    return rules_of(review_of(
        "op.add_column('panels', sa.Column('m', sa.Enum('so', name='" + type + "')), schema='public')", &catalog));
  };
  EXPECT_THAT(found_in("mood"), Not(Contains("missing-enum-type")));
  EXPECT_THAT(found_in("weather"), Contains("missing-enum-type"));
}

}  // namespace
}  // namespace orchestrate
