#include "orchestrate/secret.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <unistd.h>

#include <array>
#include <cstdio>

#include "orchestrate/json.hpp"

namespace orchestrate {
namespace {

using testing::HasSubstr;
using testing::Not;

Redactor knowing(const std::vector<std::string>& values) {
  std::vector<Secret> secrets;
  for (const std::string& value : values) secrets.emplace_back(value);
  return Redactor(std::move(secrets));
}

struct Line {
  std::string said, printed;
};

TEST(Redactor, MasksPasswordsByTheirShapeWithoutKnowingThem) {
  const Redactor redact;
  const std::vector<Line> lines = {
      {"nothing secret here: 10:20 a@b", "nothing secret here: 10:20 a@b"},
      {"connect to postgresql://bot:pw@db:5432/app", "connect to postgresql://bot:***@db:5432/app"},
      {"two: x://a:b@c, y://d:e@f", "two: x://a:***@c, y://d:***@f"},
      {"an @ inside: postgresql://bot:p@ss@db/app", "an @ inside: postgresql://bot:***@db/app"},
      {"no user: redis://:pw@cache:6379/0", "no user: redis://:***@cache:6379/0"},
      {"no password: postgresql://bot@db:5432/app", "no password: postgresql://bot@db:5432/app"},
      {"no userinfo: http://host:8080/x", "no userinfo: http://host:8080/x"},
      {"sqlalchemy.exc.ArgumentError: Could not parse rfc1738 URL from string 'postgresql//bot:pw@db'",
       "sqlalchemy.exc.ArgumentError: Could not parse rfc1738 URL from string 'postgresql//bot:pw@db'"},
      {"host=db password=pw dbname=app", "host=db password=*** dbname=app"},
      {"password = 'p \\' w' dbname=app", "password = '***' dbname=app"},
      {"?sslmode=require&password=pw&host=x", "?sslmode=require&password=***&host=x"},
      {"PGPASSWORD=pw psql", "PGPASSWORD=*** psql"},
      {"sslpassword=pw", "sslpassword=***"},
      {R"({"user": "bot", "password": "p\"w", "port": 1})", R"({"user": "bot", "password": "***", "port": 1})"},
      {R"({'password': 'p"w', 'port': 1})", R"({'password': '***', 'port': 1})"},
      {R"({'password': "p'w"})", R"({'password': "***"})"},
      {R"("log": "{\"password\": \"pw\", \"port\": 1}")", R"("log": "{\"password\": \"***\", \"port\": 1}")"},
      {"password='pw", "password='***"},
      {"  db_password: pw", "  db_password: ***"},
      {"{host: db, password: pw}", "{host: db, password: ***"},
      {"10 |   password: pw", "10 |   password: ***"},
      {"password=", "password="},
      {"password=&x=1", "password=&x=1"},
      {"FATAL:  password authentication failed for user \"bot\"",
       "FATAL:  password authentication failed for user \"bot\""},
      {"wrong password: role \"bot\" is unknown", "wrong password: role \"bot\" is unknown"},
      {"\xff\xfe password=pw \xff", "\xff\xfe password=*** \xff"},
      {"", ""},
      {"://", "://"},
  };
  for (const auto& [said, printed] : lines) EXPECT_EQ(redact(said), printed);
}

TEST(Redactor, MasksKnownValuesWhereverTheyStand) {
  const Redactor redact = knowing({"correct horse", "short", "battery-staple"});
  EXPECT_EQ(redact("xcorrect horsex battery-staplecorrect horse"), "x***x ******");
  EXPECT_EQ(redact("short is too common to mask"), "short is too common to mask");
}

TEST(Redactor, MasksOverlappingValuesWhole) {
  EXPECT_EQ(knowing({"abcdefghij", "ghijklmnop"})("<abcdefghijklmnop>"), "<***>");
  EXPECT_EQ(knowing({"password1", "password123456"})("<password123456>"), "<***>");
  EXPECT_EQ(knowing({"abcdefghijkl", "cdefghij"})("<abcdefghijkl>"), "<***>");
}

TEST(Redactor, MasksEveryLineOfASecretOfSeveralLines) {
  const Redactor redact = knowing({"-----BEGIN KEY-----\nMIIEvQIBADANBg\nkqhkiG9w0BAQEF\n"});
  EXPECT_EQ(redact("read MIIEvQIBADANBg"), "read ***");
  EXPECT_EQ(redact("and kqhkiG9w0BAQEF too"), "and *** too");
}

const std::vector<std::string> key_lines = {
    "-----BEGIN PRIVATE KEY-----", "MIIEvQIBADANBgkqhkiG9w0BAQEFAASCBKcwggSjAgEAAoIBAQC7VJTUt9Us8cKj",
    "MzEfYyjiWA4R4/M2bS1GB4t7NXp98C3SC6dVMvDuictGeurT8jNbvJZHtCSuYEvu",
    "NMoSfm76oqFvAp8Gy0iz5sxjZmSnXyCdPEovGhLa0VzMaQ8s+CLOyS56YyCFGeJZ", "-----END PRIVATE KEY-----"};

/// The key with that at the end of each line.
std::string key_with(const std::string& line_end) {
  std::string key;
  for (const std::string& line : key_lines) key += line + line_end;
  return key;
}

class LineEnds : public testing::TestWithParam<std::tuple<const char*, const char*>> {};

/// However the env file writes the key, and however a child prints it, in pieces of any size that end with a line.
TEST_P(LineEnds, HideNoLineOfAKey) {
  const auto [known, printed] = GetParam();
  const Redactor redact = knowing({key_with(known)});
  const std::string output = "key: " + key_with(printed) + "\n";
  std::vector<std::string> logs = {redact(output), ""};
  for (std::size_t at = 0; at < output.size(); at = output.find('\n', at) + 1)
    logs[1] += redact(output.substr(at, output.find('\n', at) + 1 - at));
  for (const std::string& log : logs)
    for (const std::string& line : key_lines)
      for (std::size_t at = 0; at + 8 <= line.size(); ++at) EXPECT_THAT(log, Not(HasSubstr(line.substr(at, 8))));
}

INSTANTIATE_TEST_SUITE_P(Redactor, LineEnds,
                         testing::Combine(testing::Values("\n", "\r\n", "\\n", "\\r\\n"),
                                          testing::Values("\n", "\r\n", "\\n", "\\r\\n", "\\\\n")));

const std::vector<std::string> passwords = {
    "p@:/%#?&+ x1",      "it's a \"test\"",  "back\\slash\\es", "gr\u00fc\u00dfe aus \u4e2d\u56fd",
    "tab\tand\nnewline", "plain-and-simple", "single'quote'd",  "e=mc^2 & {more}"};

/// How Python writes each password: one list of lines per password.
Json python_spellings() {
  const std::string file = testing::TempDir() + "/passwords-" + std::to_string(getpid()) + ".json";
  FILE* input = fopen(file.c_str(), "we");
  fputs(to_text(Json::of(passwords)).c_str(), input);
  fclose(input);
  const std::string script = R"(
import json, sys, urllib.parse
from sqlalchemy.engine import URL
import psycopg2.extensions

def spellings(p):
    yield repr(p)
    yield repr({'x': p})
    yield json.dumps({'x': p})
    yield json.dumps({'x': p}, ensure_ascii=False)
    yield urllib.parse.quote(p)
    yield urllib.parse.quote(p, safe='')
    yield urllib.parse.quote_plus(p)
    yield urllib.parse.urlencode({'x': p})
    yield URL.create('postgresql', 'bot', p, 'db', database='app').render_as_string(hide_password=False)
    yield psycopg2.extensions.make_dsn(host='db', password=p)
    yield \"SELECT '\" + p.replace(\"'\", \"''\") + \"'\"

print(json.dumps([list(spellings(p)) for p in json.load(open(sys.argv[1]))]))
)";
  FILE* pipe = popen(("/usr/bin/python3 -W ignore -c \"" + script + "\" " + file).c_str(), "re");
  std::string out;
  std::array<char, 4096> buffer{};
  while (const std::size_t size = fread(buffer.data(), 1, buffer.size(), pipe)) out.append(buffer.data(), size);
  pclose(pipe);
  remove(file.c_str());
  return parse_json(out);
}

TEST(Redactor, MasksKnownValuesAsPythonWritesThem) {
  const Json written = python_spellings();
  ASSERT_EQ(written.as_array().size(), passwords.size());
  for (std::size_t i = 0; i < passwords.size(); ++i) {
    const Redactor redact = knowing({passwords[i]});
    for (const std::string& line : written.as_array()[i].as_strings()) {
      EXPECT_THAT(redact(line), HasSubstr("***")) << line;
      // No stretch of the password of three characters is left.
      for (std::size_t at = 0; at + 3 <= passwords[i].size(); ++at)
        EXPECT_THAT(redact(line), Not(HasSubstr(passwords[i].substr(at, 3)))) << line;
    }
  }
}

TEST(Redactor, TakesLinearTimeOnOneHugeLine) {
  const Redactor redact = knowing({"aaaaaaaaaaaaaaab", "://://://x", "password=password"});
  const std::size_t size = 2'000'000;  // quadratic time would be longer than ctest waits
  for (const std::string piece :
       {"password=", "password='", "://", "x://a:b@c/", "aaaaaaaa", "\"password\": \"", "@", "://:"}) {
    std::string line;
    while (line.size() < size) line += piece;
    EXPECT_LE(redact(line).size(), line.size() * 2) << piece;
  }
}

}  // namespace
}  // namespace orchestrate
