#include "orchestrate/database_url.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <unistd.h>

#include <array>
#include <cstdio>

#include "orchestrate/error.hpp"
#include "orchestrate/json.hpp"

namespace orchestrate {
namespace {

using testing::HasSubstr;
using testing::Not;

/// Who reads a text just as we do.
enum class Agrees { both, sqlalchemy, libpq };

struct Case {
  std::string text;
  Agrees agrees;
  std::string user, password, host, port, database;
};

using enum Agrees;
const std::vector<Case> cases = {
    {"postgresql://bot:secret@db:5433/app", both, "bot", "secret", "db", "5433", "app"},
    {"postgresql://bot@db/app", both, "bot", "", "db", "", "app"},
    {"postgresql://db/app", both, "", "", "db", "", "app"},
    {"postgresql:///app", both, "", "", "", "", "app"},
    {"postgres://bot:secret@db/app", libpq, "bot", "secret", "db", "", "app"},
    {"postgresql+psycopg2://bot:secret@db:5433/app", sqlalchemy, "bot", "secret", "db", "5433", "app"},
    {"postgresql+asyncpg://bot:secret@db/app", sqlalchemy, "bot", "secret", "db", "", "app"},
    {"  postgresql://bot@db/app\n", libpq, "bot", "", "db", "", "app"},
    // Passwords.
    {"postgresql://bot:p%40%3A%2F%25%23%3F%26%2B%20x@db/app", both, "bot", "p@:/%#?&+ x", "db", "", "app"},
    {"postgresql://b%40t:p%C3%BC%E4%B8%AD@db/app", both, "b@t", "p\u00fc\u4e2d", "db", "", "app"},
    {"postgresql://bot:p\u00fc@db/app", both, "bot", "p\u00fc", "db", "", "app"},
    {"postgresql://bot:a:b@db/app", both, "bot", "a:b", "db", "", "app"},
    {"postgresql://bot:a#b@db/app", both, "bot", "a#b", "db", "", "app"},
    {"postgresql://bot:a?b&c=d@db/app", both, "bot", "a?b&c=d", "db", "", "app"},
    {"postgresql://bot:a+b@db/app", both, "bot", "a+b", "db", "", "app"},
    {"postgresql://bot:a/b@db/app", sqlalchemy, "bot", "a/b", "db", "", "app"},
    {"postgresql://bot:100%@db/app", sqlalchemy, "bot", "100%", "db", "", "app"},
    {"postgresql://bot:%zz%4@db/app", sqlalchemy, "bot", "%zz%4", "db", "", "app"},
    {"postgresql://bot:@db/app", both, "bot", "", "db", "", "app"},
    {"postgresql://:secret@db/app", both, "", "secret", "db", "", "app"},
    // Unix sockets.
    {"postgresql:///app?host=/run/postgresql", both, "", "", "/run/postgresql", "", "app"},
    {"postgresql://bot:secret@/app?host=/run/postgresql&port=5433", both, "bot", "secret", "/run/postgresql", "5433",
     "app"},
    {"postgresql://bot@%2Frun%2Fpostgresql:5433/app", libpq, "bot", "", "/run/postgresql", "5433", "app"},
    {"postgresql+psycopg2://bot@/app?host=%2Frun%2Fpostgresql", sqlalchemy, "bot", "", "/run/postgresql", "", "app"},
    // IPv6.
    {"postgresql://bot@[::1]:5433/app", both, "bot", "", "::1", "5433", "app"},
    {"postgresql://bot@[2001:db8::1]/app", both, "bot", "", "2001:db8::1", "", "app"},
    // The query wins over the address.
    {"postgresql://one:a@first:1/app?user=two&password=b&host=second&port=2", both, "two", "b", "second", "2", "app"},
    {"postgresql://bot@db/app?dbname=other", both, "bot", "", "db", "", "other"},
    {"postgresql://db/app?application_name=a@b", both, "", "", "db", "", "app"},
    // Several hosts.
    {"postgresql://bot@a:1,b:2/app?target_session_attrs=read-write", libpq, "bot", "", "a,b", "1,2", "app"},
    {"postgresql://a,b:2/app?target_session_attrs=any", libpq, "", "", "a,b", ",2", "app"},
    {"postgresql://[::1],b/app?target_session_attrs=any", libpq, "", "", "::1,b", ",", "app"},
    // libpq's own form.
    {"host=db port=5433 user=bot password=secret dbname=app", libpq, "bot", "secret", "db", "5433", "app"},
    {"host = '/run/postgresql'  dbname = 'my app' password='it\\'s \\\\'", libpq, "", "it's \\", "/run/postgresql", "",
     "my app"},
    {"dbname=app password=a\\ b", libpq, "", "a b", "", "", "app"},
    {"dbname=app password=x://y:z@h", libpq, "", "x://y:z@h", "", "", "app"},
    {"dbname=app user=''", libpq, "", "", "", "", "app"},
    // Names.
    {"postgresql://bot@db/my%20app", libpq, "bot", "", "db", "", "my app"},
};

/// What the real parsers make of every case: one list of address parts each, null where they refuse.
Json real_readings() {
  Json texts = Json::array();
  for (const Case& c : cases) texts.push(c.text);
  const std::string file = testing::TempDir() + "/database-urls-" + std::to_string(getpid()) + ".json";
  FILE* input = fopen(file.c_str(), "we");
  fputs(to_text(texts).c_str(), input);
  fclose(input);
  const std::string script = R"(
import json, sys
import psycopg2.extensions
from sqlalchemy.engine import make_url

def sqlalchemy(text):
    try:
        url = make_url(text)
        parts = {'user': url.username, 'password': url.password, 'host': url.host, 'port': url.port, 'dbname': url.database}
    except Exception:
        return None
    parts.update((k, v) for k, v in url.query.items() if k in parts)
    return [str(v or '') for v in parts.values()]

def libpq(text):
    try:
        parts = psycopg2.extensions.parse_dsn(text.strip())
    except Exception:
        return None
    return [parts.get(k, '') for k in ('user', 'password', 'host', 'port', 'dbname')]

print(json.dumps([{'sqlalchemy': sqlalchemy(t), 'libpq': libpq(t)} for t in json.load(open(sys.argv[1]))]))
)";
  FILE* pipe = popen(("/usr/bin/python3 -W ignore -c \"$(cat <<'EOF'\n" + script + "EOF\n)\" " + file).c_str(), "re");
  std::string out;
  std::array<char, 4096> buffer{};
  while (const std::size_t size = fread(buffer.data(), 1, buffer.size(), pipe)) out.append(buffer.data(), size);
  pclose(pipe);
  remove(file.c_str());
  return parse_json(out);
}

TEST(DatabaseUrl, IsReadFromEveryFormItIsWrittenIn) {
  for (const Case& c : cases) {
    const DatabaseUrl url = DatabaseUrl::parse(c.text);
    EXPECT_EQ(url.user, c.user) << c.text;
    EXPECT_EQ(url.password.reveal(), c.password) << c.text;
    EXPECT_EQ(url.host, c.host) << c.text;
    EXPECT_EQ(url.port, c.port) << c.text;
    EXPECT_EQ(url.database, c.database) << c.text;
  }
}

TEST(DatabaseUrl, IsReadAsSqlalchemyAndLibpqReadIt) {
  const Json readings = real_readings();
  ASSERT_EQ(readings.as_array().size(), cases.size());
  for (std::size_t i = 0; i < cases.size(); ++i) {
    const Case& c = cases[i];
    const Json expected = Json::array({c.user, c.password, c.host, c.port, c.database});
    const Json& real = readings.as_array()[i];
    if (c.agrees != Agrees::libpq) {
      EXPECT_EQ(to_text(real["sqlalchemy"]), to_text(expected)) << c.text;
    }
    if (c.agrees != Agrees::sqlalchemy) {
      EXPECT_EQ(to_text(real["libpq"]), to_text(expected)) << c.text;
    }
  }
}

TEST(DatabaseUrl, KeepsTheDriverAndTheOptions) {
  const auto url =
      DatabaseUrl::parse("postgresql+asyncpg://db/app?ssl=verify-full&application_name=a+b&options=-c%20x%3D1");
  EXPECT_EQ(url.driver, "asyncpg");
  EXPECT_EQ(url.option("application_name"), "a b");  // SQLAlchemy's form: + is a space
  EXPECT_EQ(url.option("options"), "-c x=1");
  EXPECT_EQ(url.option("sslmode"), std::nullopt);
  EXPECT_EQ(DatabaseUrl::parse("postgresql://db/app?application_name=a+b").option("application_name"), "a+b");
}

TEST(DatabaseUrl, IsRefusedWithoutEverRepeatingThePassword) {
  struct Refused {
    std::string text, why;
  };
  const std::vector<Refused> refused = {
      {"", "it is empty"},
      {" \n", "it is empty"},
      {"hunter2", "neither a URL nor key=value"},
      {"bot:hunter2@db/app", "neither a URL nor key=value"},
      {"host=db pass word=hunter2", "neither a URL nor key=value"},
      {"host=db password='hunter2", "lacks its closing quote"},
      {"mysql+pymysql://bot:hunter2@db/app", "'mysql' is not PostgreSQL"},
      {"sqlite:///app.db", "'sqlite' is not PostgreSQL"},
      {"postgresql://bot:hunter2@db", "it names no database"},
      {"postgresql://bot:hunter2@db/", "it names no database"},
      {"postgresql://bot:hunter2@db:54x/app", "the port is no number"},
      {"postgresql://bot:hunter2@db:99999/app", "the port is no number"},
      {"postgresql://bot:hunter2@db:0/app", "the port is no number"},
      {"postgresql://bot:hun@ter2@db/app", "more than one @"},
      {"postgresql://bot:1234/hunter2@db/app", "read in two ways"},
      {"postgresql://bot:hunter2%00@db/app", "zero byte"},
      {"postgresql://bot@db/app?hunter2", "a query parameter has no value"},
      {"postgresql://bot:hunter2@[::1/app", "lacks its closing ]"},
      {"postgresql://bot:hunter2@[]/app", "lacks its closing ]"},
      {"postgresql://bot:hunter2@[::1]x/app", "between the IPv6 host and its port"},
      {"postgresql://bot:hunter2@a,b/app", "several hosts without target_session_attrs"},
      {"postgresql://bot:hunter2@/app?host=a&host=b", "several hosts"},
  };
  for (const auto& [text, why] : refused) {
    try {
      DatabaseUrl::parse(text);
      ADD_FAILURE() << "accepted: " << text;
    } catch (const Error& error) {
      EXPECT_EQ(error.kind(), ErrorKind::policy);
      EXPECT_THAT(error.what(), HasSubstr(why)) << text;
      EXPECT_THAT(error.what(), Not(HasSubstr("ter2"))) << text;
    }
  }
}

TEST(DatabaseUrl, IsShownWithoutItsPassword) {
  EXPECT_EQ(DatabaseUrl::parse("postgresql+asyncpg://bot:hunter2@db:5433/app?ssl=true").redacted(),
            "postgresql://bot:***@db:5433/app");
  EXPECT_EQ(DatabaseUrl::parse("postgresql://bot@[::1]:5433/app").redacted(), "postgresql://bot@[::1]:5433/app");
  EXPECT_EQ(DatabaseUrl::parse("postgresql:///app?host=/run/postgresql&port=5433").redacted(),
            "postgresql:///app?host=/run/postgresql&port=5433");
}

TEST(DatabaseUrl, BecomesConninfoWithoutPasswordAndWithoutTheDriversOwnOptions) {
  EXPECT_EQ(DatabaseUrl::parse(
                "postgresql+asyncpg://b%27t:hunter2@db/my%20app?prepared_statement_cache_size=0&connect_timeout=5")
                .conninfo(),
            "host='db' user='b\\'t' dbname='my app' connect_timeout='5'");
  const auto url = DatabaseUrl::parse("postgresql://bot@a:1,b:2/app?target_session_attrs=read-write");
  EXPECT_EQ(DatabaseUrl::parse(url.conninfo()), url);
}

TEST(DatabaseUrl, AsksForEncryptionWhereTheDriverDoes) {
  struct Ssl {
    std::string query, sslmode;
  };
  for (const auto& [query, sslmode] : std::vector<Ssl>{{"ssl=require", "require"},
                                                       {"ssl=true", "require"},
                                                       {"ssl=verify-full", "verify-full"},
                                                       {"ssl=require&sslmode=verify-ca", "verify-ca"}})
    EXPECT_THAT(DatabaseUrl::parse("postgresql+asyncpg://db/app?" + query).conninfo(),
                HasSubstr("sslmode='" + sslmode + "'"));
  EXPECT_THAT(DatabaseUrl::parse("postgresql+asyncpg://db/app").conninfo(), Not(HasSubstr("sslmode")));
}

}  // namespace
}  // namespace orchestrate
