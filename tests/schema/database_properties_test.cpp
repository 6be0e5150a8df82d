#include "schema/database_properties.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "administered_server.hpp"

namespace orchestrate {
namespace {

using testing::HasSubstr;
using testing::Not;

/// All that a database has beside its contents and its name.
const std::string properties =
    "SELECT to_jsonb(d) - '{oid,datname,datfrozenxid,datminmxid,datcollversion,datacl}'::text[], "
    "shobj_description(d.oid, 'pg_database'), "
    "(SELECT jsonb_agg(to_jsonb(a) ORDER BY a.grantee, a.privilege_type) FROM aclexplode(d.datacl) a), "
    "(SELECT jsonb_agg(to_jsonb(s) - 'setdatabase' ORDER BY s.setrole) FROM pg_db_role_setting s "
    "WHERE s.setdatabase = d.oid) FROM pg_database d WHERE datname = ";

class Properties : public testing::Test {
 protected:
  static void SetUpTestSuite() { host = std::make_unique<AdministeredServer>(); }
  static void TearDownTestSuite() { host.reset(); }
  void TearDown() override {
    host->server.sql("DROP DATABASE IF EXISTS model; DROP DATABASE IF EXISTS \"it's \"\"new\"\"\"");
  }

  static std::string of(const std::string& name) { return host->server.sql(properties + "'" + name + "'"); }
  static void copy() {
    const std::string name = "it's \"new\"";
    const auto statements =
        on_loop(host->io, schema::statements_like(*host->admin, "model", name, schema::Tablespace::same, {}));
    for (const std::string& statement : statements) on_loop(host->io, host->admin->query(statement, {}));
  }
  static void expect_copied() {
    copy();
    EXPECT_EQ(of("it''s \"new\""), of("model"));
  }
  static void run(const std::string& sql) { host->server.sql(sql); }

  static std::unique_ptr<AdministeredServer> host;
};
std::unique_ptr<AdministeredServer> Properties::host;

TEST_F(Properties, OfAPlainDatabase) {
  run("CREATE DATABASE model OWNER bot");
  expect_copied();
}

TEST_F(Properties, OfADatabaseThatItsOwnerMakesAgainWithoutMoreRights) {
  run("ALTER ROLE bot CREATEDB");
  run("CREATE DATABASE model OWNER bot");
  const auto statements =
      on_loop(host->io, schema::statements_like(*host->admin, "model", "it's \"new\"", schema::Tablespace::same, {}));
  DatabaseUrl url = host->server.url();
  url.user = "bot";
  const SessionOptions writing{.read_only = false};
  const auto bot = on_loop(host->io, host->databases->connect(url, writing, {}));
  for (const std::string& statement : statements) on_loop(host->io, bot->query(statement, {}));
  EXPECT_EQ(of("it''s \"new\""), of("model"));
}

TEST_F(Properties, EncodingAndLocale) {
  run("CREATE DATABASE model TEMPLATE template0 ENCODING 'LATIN1' LC_COLLATE 'C' LC_CTYPE 'C'");
  expect_copied();
}

TEST_F(Properties, IcuLocale) {
  run("CREATE DATABASE model TEMPLATE template0 ENCODING 'UTF8' LOCALE_PROVIDER icu ICU_LOCALE 'de-AT' LOCALE 'C'");
  expect_copied();
}

TEST_F(Properties, BuiltinLocale) {
  if (TemporaryPostgres::major() < 17) GTEST_SKIP() << "PostgreSQL 17 is the first with builtin locales";
  run("CREATE DATABASE model TEMPLATE template0 ENCODING 'UTF8' LOCALE_PROVIDER builtin BUILTIN_LOCALE 'C.UTF-8' "
      "LOCALE 'C'");
  expect_copied();
}

TEST_F(Properties, GrantsAlsoWhereNoneIsLeftToThePublic) {
  run("CREATE DATABASE model OWNER bot");
  run("REVOKE ALL ON DATABASE model FROM PUBLIC; GRANT CONNECT ON DATABASE model TO reader WITH GRANT OPTION");
  expect_copied();
  EXPECT_THAT(of("model"), Not(HasSubstr("\"grantee\": 0")));
}

TEST_F(Properties, SettingsOfTheDatabaseAndOfRolesInIt) {
  run("CREATE DATABASE model");
  run("ALTER DATABASE model SET search_path = \"$user\", 'Odd, name', public");
  run("ALTER ROLE reader IN DATABASE model SET search_path = ''");
  run("ALTER ROLE bot IN DATABASE model SET search_path = 'a\"b', \"it's\", '\\', plain, \"$user\"");
  run("ALTER DATABASE model SET work_mem = '7MB'");
  run("ALTER DATABASE model SET application_name = 'it''s = \\ \"odd\"'");
  run("ALTER DATABASE model SET DateStyle = 'ISO, DMY'");
  run("ALTER ROLE reader IN DATABASE model SET default_transaction_read_only = on");
  expect_copied();
}

TEST_F(Properties, ConnectionLimitAndComment) {
  run("CREATE DATABASE model CONNECTION LIMIT 7");
  run("COMMENT ON DATABASE model IS 'it''s the panels'' \\ database'");
  expect_copied();
}

}  // namespace
}  // namespace orchestrate
