#include "policy/policy_loader.hpp"

#include <fmt/format.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "fake_kinds.hpp"
#include "orchestrate/digest.hpp"

namespace orchestrate {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;
using testing::StartsWith;

const std::string start = R"(version: 1
app: magikal-bot
project:
  path: /home/magikalbot/magikal-bot
  user: magikalbot
migrations:
  command: [.venv/bin/python, -m, alembic]
  versions: migrations/versions
  database_url: ${ALEMBIC_DATABASE_URL}
)";
constexpr int start_lines = 9;

const std::string whole = start + "pipeline: [upgrade]\n";

LoadedPolicy load(std::string text) {
  return parse_policy(std::move(text), "/etc/orchestrate/policies/bot.yaml", fake::kinds);
}

std::vector<std::string> problems_of(const std::string& text) {
  std::vector<std::string> lines;
  for (const Problem& problem : load(text).problems)
    lines.push_back(fmt::format("{}:{}: {}", problem.position.line, problem.position.column, problem.message));
  return lines;
}

/// Problems of a pipeline written below the start, lines counted from its own first.
std::vector<std::string> problems_of_stage(const std::string& stage) {
  std::vector<std::string> lines;
  for (const Problem& problem : load(start + "pipeline:\n" + stage).problems)
    lines.push_back(
        fmt::format("{}:{}: {}", problem.position.line - start_lines - 1, problem.position.column, problem.message));
  return lines;
}

Policy good(const std::string& text) {
  LoadedPolicy loaded = load(text);
  for (const Problem& problem : loaded.problems) ADD_FAILURE() << problem_text(problem, "policy.yaml", text);
  return loaded.policy.value_or(Policy{});
}

TEST(Policy, IsWhatTheFileSays) {
  const Policy policy = good(R"(version: 1
app: magikal-bot
project:
  path: /home/magikalbot/magikal-bot/
  user: magikalbot
  env_file: { path: conf/../.env, dialect: dotenv }
migrations:
  tool: alembic
  command: [.venv/bin/python, -m, alembic, -c, migrations/alembic.ini]
  versions: [migrations/versions, /srv/more]
  database_url: { user: "${DB_USER}", password: "${DB_PASSWORD}", port: 5432, name: appdb }
  direct_url: postgresql://${DB_USER}@db/appdb
  version_table: cfg.alembic_version
  schemas: [cfg]
services: [magikal-bot.service, worker@1.service]
postgres: { bin: /opt/pg/bin }
pipeline: [upgrade]
)");
  EXPECT_EQ(policy.file, "/etc/orchestrate/policies/bot.yaml");
  EXPECT_EQ(policy.app, "magikal-bot");
  EXPECT_EQ(policy.project.env_file, (EnvFile{"/home/magikalbot/magikal-bot/.env", Dialect::dotenv}));
  EXPECT_THAT(policy.migrations.command,
              ElementsAre(".venv/bin/python", "-m", "alembic", "-c", "migrations/alembic.ini"));
  EXPECT_THAT(policy.migrations.versions, ElementsAre("/home/magikalbot/magikal-bot/migrations/versions", "/srv/more"));
  EXPECT_EQ(policy.migrations.database_url.form, (std::variant<std::string, UrlTemplate::Parts>(UrlTemplate::Parts{
                                                     "${DB_USER}", "${DB_PASSWORD}", "", "5432", "appdb"})));
  EXPECT_EQ(policy.migrations.direct_url->position, (Position{12, 15}));
  EXPECT_EQ(policy.migrations.version_table, (TableName{"cfg", "alembic_version"}));
  EXPECT_THAT(policy.services,
              ElementsAre(*UnitName::parse("magikal-bot.service"), *UnitName::parse("worker@1.service")));
  EXPECT_EQ(policy.postgres_bin, "/opt/pg/bin");
}

TEST(Policy, HasDefaultsWhereTheFileIsSilent) {
  const Policy policy = good(whole);
  EXPECT_EQ(policy.migrations.version_table, (TableName{"public", "alembic_version"}));
  EXPECT_THAT(policy.migrations.schemas, ElementsAre("public"));
  EXPECT_FALSE(policy.project.env_file);
  EXPECT_FALSE(policy.migrations.direct_url);
  EXPECT_TRUE(policy.postgres_bin.empty());
}

TEST(Policy, PutsATableWithoutSchemaIntoPublic) {
  const Policy policy = good(start + "  version_table: ddl_version\npipeline: [upgrade]\n");
  EXPECT_EQ(policy.migrations.version_table, (TableName{"public", "ddl_version"}));
}

TEST(Policy, IsKnownByTheHashOfItsBytes) {
  EXPECT_EQ(good(whole).sha256, sha256(whole));
}

TEST(Policy, ReportsEveryProblemAtOnceInTheOrderOfTheFile) {
  const auto problems = problems_of(R"(verison: 1
app: Magikal Bot
project: { path: magikal-bot, user: root, usr: x }
migrations:
  command: []
  versions: [a, a]
  database_url: x
  tool: flyway
services: [magikal-bot]
pipeline:
  - upgrad
)");
  EXPECT_THAT(
      problems,
      ElementsAre("1:1: unknown key 'verison' in the policy; did you mean 'version'? Allowed: version, app, project, "
                  "migrations, services, postgres, pipeline",
                  "1:1: the policy lacks the key 'version': The version of the policy format.",
                  "2:6: 'app' must be a name of lower-case letters, digits, '.', '_' and '-', not 'Magikal Bot'",
                  "3:18: 'path' must be an absolute path, not 'magikal-bot'",
                  "3:37: 'user' must be a unix user name other than root, not 'root'",
                  "3:43: unknown key 'usr' in 'project'; did you mean 'user'? Allowed: path, user, env_file",
                  "5:12: 'command' must name at least one", "6:17: 'versions' names 'a' twice",
                  "8:9: 'tool' must be one of alembic, not 'flyway'",
                  "9:12: 'services' must be a unit name with its suffix, such as magikal-bot.service, not "
                  "'magikal-bot'; did you mean 'magikal-bot.service'?",
                  "11:5: unknown stage 'upgrad'; did you mean 'upgrade'? Allowed: backup, review, restart, upgrade"));
}

TEST(Policy, RefusesKeysOfCapabilitiesThatDoNotExistYet) {
  for (const std::string key : {"on_failure: {upgrade: hold}", "window: {from: '02:00'}", "notify: {}", "gate: {}"})
    EXPECT_THAT(problems_of(whole + key), ElementsAre(HasSubstr("unknown key '" + key.substr(0, key.find(':')))))
        << key;
  for (const std::string key : {"backup_url: x", "admin_url: x"})
    EXPECT_THAT(problems_of(start + "  " + key + "\npipeline: [upgrade]\n"), ElementsAre(HasSubstr("unknown key")))
        << key;
  EXPECT_THAT(problems_of_stage("  - rehearsal: {max_lock: 2s}\n"),
              ElementsAre(HasSubstr("unknown stage 'rehearsal'")));
}

struct Bad {
  std::string text, problem;
};

TEST(Policy, RefusesWhatYamlAllowsButNobodyMeans) {
  const std::vector<Bad> cases = {
      {whole + "app: again\n", "11:1: duplicate key 'app'; it is already in line 2"},
      {whole + "services: &units [a.service]\n",
       "11:11: anchors are not allowed; write the value out where it is needed"},
      {whole + "postgres: {<<: 1}\n", "11:12: merge keys are not allowed; write the values out"},
      {whole + "postgres: !!map {}\n", "11:11: tags are not allowed; the key alone says of which type its value is"},
      {whole + "---\nversion: 1\n", "11:1: a policy is one document; nothing may follow it"},
      {whole + "[a]: 1\n", "11:1: a key must be a text"},
      {whole + "~: 1\n", "11:1: a key must be a text"},
  };
  for (const auto& [text, problem] : cases) EXPECT_THAT(problems_of(text), testing::Contains(problem)) << text;
}

}  // namespace
}  // namespace orchestrate
