#include "policy/resolve.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "orchestrate/error.hpp"

namespace orchestrate {
namespace {

using testing::Contains;
using testing::HasSubstr;
using testing::Not;

Policy with_url(UrlTemplate url) {
  Policy policy;
  policy.project.env_file = EnvFile{"/etc/bot.env", Dialect::systemd};
  policy.migrations.database_url = std::move(url);
  return policy;
}

std::string error_of(const Policy& policy, const Environment& environment) {
  try {
    resolve(policy, environment);
  } catch (const Error& error) {
    return error.what();
  }
  return "no error";
}

TEST(Resolve, TakesAWholeUrlFromOneVariableAndRemembersWhich) {
  const auto application = resolve(with_url({"${ALEMBIC_DATABASE_URL}", {}}),
                                   {{"ALEMBIC_DATABASE_URL", Secret("postgresql+psycopg2://bot:p%40ss@db:5433/app")}});
  EXPECT_EQ(application.database_variable, "ALEMBIC_DATABASE_URL");
  EXPECT_EQ(application.database.driver, "psycopg2");
  EXPECT_EQ(application.database.password, Secret("p@ss"));
  EXPECT_EQ(&application.for_sessions(), &application.database);
}

TEST(Resolve, FillsSeveralVariablesIntoOneUrl) {
  const auto application =
      resolve(with_url({"postgresql://${U}@${H}/app", {}}), {{"U", Secret("bot")}, {"H", Secret("db")}});
  EXPECT_EQ(application.database.redacted(), "postgresql://bot@db/app");
  EXPECT_EQ(application.database_variable, "");
}

TEST(Resolve, KeepsEveryCharacterOfAPasswordGivenAsAPart) {
  const std::string password = "p@:/%#?&+ %41\u00fc'\\";
  const auto application = resolve(with_url({UrlTemplate::Parts{"${U}", "${P}", "/run/postgresql", "5433", "app"}, {}}),
                                   {{"U", Secret("b@t")}, {"P", Secret(password)}});
  EXPECT_EQ(application.database.password.reveal(), password);
  EXPECT_EQ(application.database.user, "b@t");
  EXPECT_EQ(application.database.host, "/run/postgresql");
}

TEST(Resolve, UsesTheDirectUrlForOurOwnSessions) {
  Policy policy = with_url({"postgresql://pooler:6432/app", {}});
  policy.migrations.direct_url = UrlTemplate{"postgresql://db/app", {}};
  EXPECT_EQ(resolve(policy, {}).for_sessions().host, "db");
}

TEST(Resolve, NamesAMissingVariableTheFileAndTheFix) {
  EXPECT_EQ(
      error_of(with_url({"${DATABASE_URL}", {}}), {{"OTHER", Secret("x")}}),
      "resolve migrations.database_url: DATABASE_URL is not set in /etc/bot.env; add a line DATABASE_URL=... there, or "
      "correct the name in the policy");
  Policy without_file = with_url({"${DATABASE_URL}", {}});
  without_file.project.env_file.reset();
  EXPECT_THAT(error_of(without_file, {}), HasSubstr("the policy names no env file; add project.env_file"));
}

TEST(Resolve, RefusesAnEmptyVariable) {
  EXPECT_THAT(error_of(with_url({"postgresql://db/${NAME}", {}}), {{"NAME", Secret("")}}),
              HasSubstr("NAME is empty in /etc/bot.env"));
}

TEST(Resolve, NeverShowsThePasswordOfAUrlThatIsWrong) {
  for (const std::string url :
       {"mysql://bot:hunter2secret@db/app", "postgresql://bot:hunter2secret@db/", "bot:hunter2secret@db",
        "postgresql://bot:hunter2secret@db:port/app", "postgresql://bot:hunter2secret", "hunter2secret",
        "postgresql://bot:hunter2#secret@db/app?x", "host=db password='hunter2secret"}) {
    const std::string error = error_of(with_url({"${URL}", {}}), {{"URL", Secret(url)}});
    EXPECT_THAT(error, HasSubstr("resolve migrations.database_url: ${URL}: ")) << url;
    EXPECT_THAT(error, Not(HasSubstr("hunter2"))) << url;
  }
}

TEST(Secrets, ArePasswordsWholeUrlsAndWhateverSoundsSecret) {
  const auto application =
      resolve(with_url({"${DATABASE_URL}", {}}), {{"DATABASE_URL", Secret("postgresql://bot:p%40ssword1@db/app")},
                                                  {"DISCORD_TOKEN", Secret("a-token")},
                                                  {"api_key", Secret("a-key")},
                                                  {"SENTRY_DSN", Secret("a-dsn")},
                                                  {"REDIS_URL", Secret("redis://:redis-pass@cache:6379/0")},
                                                  {"LOG_LEVEL", Secret("info")}});
  std::vector<std::string> secrets;
  for (const Secret& secret : secrets_of(application)) secrets.push_back(secret.reveal());
  for (const std::string secret : {"p@ssword1", "p%40ssword1", "postgresql://bot:p%40ssword1@db/app", "a-token",
                                   "a-key", "a-dsn", "redis-pass", "redis://:redis-pass@cache:6379/0"})
    EXPECT_THAT(secrets, Contains(secret));
  EXPECT_THAT(secrets, Not(Contains("info")));
}

}  // namespace
}  // namespace orchestrate
