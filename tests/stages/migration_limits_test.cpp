#include "stages/migration_limits.hpp"

#include <gmock/gmock.h>

namespace orchestrate {
namespace {

using namespace std::chrono_literals;

struct Address {
  const char* name;
  std::string url;
  std::string variable_then;  ///< DATABASE_URL as the child gets it
  std::string pgoptions;
};
class LimitsReach : public testing::TestWithParam<Address> {};

std::string variable(const Variables& environment, std::string_view name) {
  for (const auto& [key, value] : environment)
    if (key == name) return value.reveal();
  return "";
}

Application application_at(const std::string& url) {
  return {.environment = {{"DATABASE_URL", Secret(url)}},
          .database = DatabaseUrl::parse(url),
          .database_variable = "DATABASE_URL"};
}

TEST_P(LimitsReach, TheDriver) {
  const Application application = application_at(GetParam().url);
  Variables environment = application.environment;
  impose({5s, 10min}, application, environment);
  EXPECT_EQ(variable(environment, "DATABASE_URL"), GetParam().variable_then);
  EXPECT_EQ(variable(environment, "PGOPTIONS"), GetParam().pgoptions);
}

const std::string dead_client =
    " -c tcp_keepalives_idle=2 -c tcp_keepalives_interval=1 -c tcp_keepalives_count=3 -c tcp_user_timeout=5000";
const std::string both = "-c lock_timeout=5000 -c statement_timeout=600000" + dead_client;
const std::string both_encoded =
    "%20-clock_timeout%3D5000%20-cstatement_timeout%3D600000%20-ctcp_keepalives_idle%3D2"
    "%20-ctcp_keepalives_interval%3D1%20-ctcp_keepalives_count%3D3%20-ctcp_user_timeout%3D5000";
const std::string both_with_plus =
    "+-clock_timeout=5000+-cstatement_timeout=600000+-ctcp_keepalives_idle=2+-ctcp_keepalives_interval=1"
    "+-ctcp_keepalives_count=3+-ctcp_user_timeout=5000";

INSTANTIATE_TEST_SUITE_P(
    Urls, LimitsReach,
    testing::Values(
        Address{"Plain", "postgresql://bot@db/app", "postgresql://bot@db/app", both},
        Address{"Psycopg2", "postgresql+psycopg2://bot@/app?host=/run", "postgresql+psycopg2://bot@/app?host=/run",
                both},
        Address{"Psycopg3", "postgresql+psycopg://bot@db/app", "postgresql+psycopg://bot@db/app", both},
        Address{"KeyValue", "host=db dbname=app", "host=db dbname=app", both},
        Address{"Asyncpg", "postgresql+asyncpg://bot@db/app", "postgresql+asyncpg://bot@db/app", ""},
        Address{"Pg8000", "postgresql+pg8000://bot@db/app", "postgresql+pg8000://bot@db/app", ""},
        Address{"OwnOptionsEncoded", "postgresql://bot@db/app?options=-csearch_path%3Dcfg",
                "postgresql://bot@db/app?options=-csearch_path%3Dcfg" + both_encoded, ""},
        Address{"OwnOptionsBeforeOthers", "postgresql://bot@db/app?options=-csearch_path%3Dcfg&sslmode=require",
                "postgresql://bot@db/app?options=-csearch_path%3Dcfg" + both_encoded + "&sslmode=require", ""},
        Address{"OwnOptionsWithoutPercent", "postgresql+psycopg2://bot@db/app?options=-csearch_path=cfg",
                "postgresql+psycopg2://bot@db/app?options=-csearch_path=cfg" + both_with_plus, ""},
        Address{"AnotherParameterThatEndsInOptions", "postgresql://bot@db/app?my_options=1&options=-csearch_path%3Dcfg",
                "postgresql://bot@db/app?my_options=1&options=-csearch_path%3Dcfg" + both_encoded, ""},
        Address{"KeyValueWithOwnOptions", "host=db dbname=app options='-c search_path=cfg'",
                "host=db dbname=app options='-c search_path=cfg'", ""}),
    [](const auto& test) { return test.param.name; });

TEST(MigrationLimits, AreReadBackAsTheyWereMeant) {
  const Application application = application_at("postgresql://bot@db/app?options=-csearch_path%3Dcfg&sslmode=require");
  Variables environment = application.environment;
  impose({5s, 10min}, application, environment);
  const DatabaseUrl read = DatabaseUrl::parse(variable(environment, "DATABASE_URL"));
  EXPECT_EQ(read.option("options"),
            "-csearch_path=cfg -clock_timeout=5000 -cstatement_timeout=600000 -ctcp_keepalives_idle=2 "
            "-ctcp_keepalives_interval=1 -ctcp_keepalives_count=3 -ctcp_user_timeout=5000");
  EXPECT_EQ(read.option("sslmode"), "require");
}

TEST(MigrationLimits, AreAddedToPgoptionsOfTheEnvFile) {
  const Application application = application_at("postgresql://bot@db/app");
  Variables environment = {{"PGOPTIONS", Secret("-c search_path=cfg")}};
  impose({5s, 0s}, application, environment);
  EXPECT_EQ(variable(environment, "PGOPTIONS"),
            "-c search_path=cfg -c lock_timeout=5000 -c statement_timeout=0" + dead_client);
}

TEST(MigrationLimits, MakeTheServerLookForItsClientOnlyWhenAsked) {
  const Application application = application_at("postgresql://bot@db/app");
  Variables environment;
  impose({5s, 10min, 1s}, application, environment);
  EXPECT_EQ(variable(environment, "PGOPTIONS"),
            "-c lock_timeout=5000 -c statement_timeout=600000 -c client_connection_check_interval=1000" + dead_client);
}

TEST(MigrationLimits, AreObeyedByDriversThatAreGivenThem) {
  EXPECT_TRUE(driver_obeys(application_at("postgresql://bot@db/app")));
  EXPECT_TRUE(driver_obeys(application_at("postgresql+psycopg2://bot@db/app?options=-csearch_path%3Dcfg")));
  EXPECT_FALSE(driver_obeys(application_at("postgresql+asyncpg://bot@db/app")));
  EXPECT_FALSE(driver_obeys(application_at("postgresql+pg8000://bot@db/app")));
  EXPECT_FALSE(driver_obeys(application_at("host=db dbname=app options='-c search_path=cfg'")));
  Application parts = application_at("postgresql://bot@db/app?options=-csearch_path%3Dcfg");
  parts.database_variable.clear();
  EXPECT_FALSE(driver_obeys(parts));
}

}  // namespace
}  // namespace orchestrate
