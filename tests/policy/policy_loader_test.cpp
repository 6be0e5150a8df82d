#include "policy/policy_loader.hpp"

#include <fmt/format.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sys/stat.h>
#include <unistd.h>

#include "fake_kinds.hpp"
#include "orchestrate/digest.hpp"
#include "orchestrate/error.hpp"
#include "policies.hpp"
#include "temporary_directory.hpp"

namespace orchestrate {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;
using testing::StartsWith;

constexpr int start_lines = 9;

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
  admin_url: ${ADMIN_DATABASE_URL}
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
  EXPECT_EQ(policy.migrations.admin_url->position, (Position{13, 14}));
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

TEST(Policy, KeepsASectionOfAStageWithItsDefaults) {
  const Policy policy = good(stage("restart: {unit: bot.service, probe: {http: 'http://h'}}"));
  const Settings& probe = policy.pipeline.front().settings.section("probe");
  EXPECT_EQ(probe.text("http"), "http://h");
  EXPECT_EQ(probe.duration("within"), std::chrono::seconds(5));
}

TEST(Policy, KeepsEachSectionOfAList) {
  const Policy policy = good(stage("review: {allow: [{rule: drop-column, until: 2026-12-31}, {rule: truncate}]}"));
  const auto& allowed = policy.pipeline.front().settings.sections("allow");
  ASSERT_EQ(allowed.size(), 2U);
  EXPECT_EQ(allowed[0].text("until"), "2026-12-31");
  EXPECT_EQ(allowed[1].text("rule"), "truncate");
  EXPECT_FALSE(allowed[1].has("until"));
}

TEST(Policy, ReportsWhatIsWrongInASectionOfAList) {
  EXPECT_THAT(problems_of(stage("review: {allow: [{rule: drop-column, until: tomorrow}, {rul: x}]}")),
              ElementsAre(HasSubstr("'until' must be a day such as 2026-12-31, not 'tomorrow'"),
                          HasSubstr("an entry of 'allow' lacks the key 'rule': Of the red flag."),
                          HasSubstr("unknown key 'rul' in an entry of 'allow'; did you mean 'rule'?")));
  EXPECT_THAT(problems_of(stage("review: {allow: drop-column}")),
              ElementsAre(HasSubstr("'allow' must be a sequence, each entry with '- '")));
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
                  "migrations, services, postgres, window, gate, on_failure, pipeline",
                  "1:1: the policy lacks the key 'version': The version of the policy format.",
                  "2:6: 'app' must be a name of lower-case letters, digits, '.', '_' and '-', not 'Magikal Bot'",
                  "3:18: 'path' must be an absolute path, not 'magikal-bot'",
                  "3:37: 'user' must be a unix user name other than root, not 'root'",
                  "3:43: unknown key 'usr' in 'project'; did you mean 'user'? Allowed: path, user, env_file, "
                  "required_settings",
                  "5:12: 'command' must name at least one", "6:17: 'versions' names 'a' twice",
                  "8:9: 'tool' must be one of alembic, command, not 'flyway'",
                  "9:12: 'services' must be a unit name with its suffix, such as magikal-bot.service, not "
                  "'magikal-bot'; did you mean 'magikal-bot.service'?",
                  "11:5: unknown stage 'upgrad'; did you mean 'upgrade'? Allowed: backup, review, restart, upgrade"));
}

TEST(Policy, SaysWhatMayStartOnASchemaThatIsNotItsOwn) {
  EXPECT_EQ(load(whole).policy->gate, Gate{});
  const Gate gate = load(whole + "gate: {behind: allow, unknown: deny}\n").policy->gate;
  EXPECT_EQ(gate, (Gate{.behind = GateAnswer::allow}));
  EXPECT_THAT(problems_of(whole + "gate: {behind: perhaps}\n"), ElementsAre(HasSubstr("must be one of deny, allow")));
}

TEST(Policy, SaysWhatBecomesOfARunThatFailed) {
  EXPECT_EQ(load(whole).policy->on_failure, OnFailure{});
  const OnFailure said = load(whole + "on_failure: {upgrade: restore, after_upgrade: downgrade}\n").policy->on_failure;
  EXPECT_EQ(said, (OnFailure{{Remedy::restore, {11, 23}}, {Remedy::downgrade, {11, 47}}}));
  EXPECT_EQ(load(whole + "on_failure: {after_upgrade: restore}\n").policy->on_failure.upgrade.remedy, Remedy::hold);
  EXPECT_THAT(problems_of(whole + "on_failure: {upgrade: restor}\n"),
              ElementsAre("11:23: 'upgrade' must be one of hold, restore, downgrade, not 'restor'; did you mean "
                          "'restore'?"));
  EXPECT_THAT(problems_of(whole + "on_failure: {post_check: hold}\n"),
              ElementsAre("11:14: unknown key 'post_check' in 'on_failure'; allowed: upgrade, after_upgrade"));
}

TEST(Policy, RefusesKeysOfCapabilitiesThatDoNotExistYet) {
  for (const std::string key : {"notify: {}", "rehearsal: {}"})
    EXPECT_THAT(problems_of(whole + key), ElementsAre(HasSubstr("unknown key '" + key.substr(0, key.find(':')))))
        << key;
  EXPECT_THAT(problems_of(start + "  backup_url: x\npipeline: [upgrade]\n"), ElementsAre(HasSubstr("unknown key")));
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

TEST(Policy, SaysWhereTheYamlBreaksAndWhatToDo) {
  const std::vector<Bad> cases = {
      {"version: 1\n\tapp: x\n", "2:1: not valid YAML: "},
      {"a: [1, 2\nb: 3\n", "not valid YAML: "},
      {"a: 'x\nb: 1\n", "1:4: the quote is never closed"},
      {"a: \"x\\\"\n", "1:4: the quote is never closed"},
      {"a: 'it''s\n", "1:4: the quote is never closed"},
      {"a: b: c\n", "1:5: not valid YAML: illegal map value; put a text that holds ': ' in quotes"},
      {"a: 1\n  b: 2\n", "not valid YAML: "},
      {"a: *nowhere\n", "1:4: not valid YAML: the referenced anchor is not defined"},
      {"a: @x\n", "1:4: not valid YAML: unknown token; put a text that starts with @"},
  };
  for (const auto& [text, problem] : cases) EXPECT_THAT(problems_of(text), ElementsAre(HasSubstr(problem))) << text;
}

TEST(Policy, IsNotReadFromWhatIsNoText) {
  EXPECT_THAT(problems_of("version: 1\n\xc3\xbc: \xff\n"), ElementsAre("2:4: not UTF-8; save the file as UTF-8"));
  EXPECT_THAT(problems_of(std::string("version: \0\n", 11)), ElementsAre("1:10: a zero byte; the file is not a text"));
  EXPECT_THAT(problems_of("app: \"a\\0b\"\n"), testing::Contains("1:6: 'app' holds a zero byte"));
  EXPECT_THAT(problems_of("\xEF\xBB\xBF" + whole),
              ElementsAre(HasSubstr("1:1: the file begins with a byte order mark")));
  EXPECT_THAT(problems_of(whole + "# " + std::string(1024 * 1024, 'x')),
              ElementsAre(HasSubstr("1:1: the file is larger than 1 MiB")));
  EXPECT_THAT(problems_of(""), ElementsAre("1:1: the policy is empty"));
  EXPECT_THAT(problems_of("# only a comment\n"), ElementsAre("1:1: the policy is empty"));
}

TEST(Policy, IsNotNestedDeeperThanAnybodyWrites) {
  EXPECT_THAT(problems_of("a: " + std::string(500'000, '[')), ElementsAre(HasSubstr("nested deeper than 32 levels")));
}

TEST(Policy, HasNoMoreEntriesThanAnybodyWrites) {
  std::string services = whole + "services:\n";
  for (int i = 0; i < 20'000; ++i) services += "  - bot@" + std::to_string(i) + ".service\n";
  EXPECT_THAT(problems_of(services), ElementsAre("1012:5: more than 1000 entries"));
}

TEST(Policy, TakesPlainWordsOfYamlAsTextWhereTextIsWanted) {
  const Policy policy = good(start + "  schemas: [on, yes, 1:30, 0o17, 2026-11-20, 1.50, true]\npipeline: [upgrade]\n");
  EXPECT_THAT(policy.migrations.schemas, ElementsAre("on", "yes", "1:30", "0o17", "2026-11-20", "1.50", "true"));
  EXPECT_THAT(problems_of(start + "  schemas: [~]\npipeline: [upgrade]\n"),
              ElementsAre("10:13: 'schemas' must be a text, not nothing"));
}

TEST(Policy, KeepsPasswordsOut) {
  EXPECT_THAT(
      problems_of(start + "  direct_url: postgresql://bot:hunter2@db/app\npipeline: [upgrade]\n"),
      ElementsAre("10:15: 'direct_url' holds a password; put the URL into the env file and write ${NAME}, for the "
                  "policy is not secret"));
  for (const std::string url :
       {"postgresql://bot:hunter2@db/app", "{name: app, password: hunter2}", "host=db password=hunter2"}) {
    const LoadedPolicy loaded = load(start + "  direct_url: " + url + "\npipeline: [upgrade]\n");
    ASSERT_EQ(loaded.problems.size(), 1U) << url;
    EXPECT_THAT(problem_text(loaded.problems[0], "bot.yaml", loaded.text), testing::Not(HasSubstr("hunter2")));
  }
  good(start + "  direct_url: postgresql://bot:${P}@${H}:5432/app\npipeline: [upgrade]\n");
}

TEST(Policy, NamesATemplateThatDoesNotEnd) {
  for (const std::string url : {"${", "x${A", "${}", "${1A}", "${A B}"})
    EXPECT_THAT(problems_of(start + "  direct_url: '" + url + "'\npipeline: [upgrade]\n"),
                ElementsAre("10:15: 'direct_url' has a '${' without NAME and '}'"))
        << url;
}

TEST(Policy, RefusesASuperuserByAnyName) {
  std::string as_root = whole;
  as_root.replace(as_root.find("user: magikalbot"), 16, "user: root");
  EXPECT_THAT(problems_of(as_root), ElementsAre(HasSubstr("5:9: 'user' must be a unix user name other than root")));
}

TEST(Pipeline, ReadsItsStagesWithDefaultsAndRelativePaths) {
  const Policy policy = good(start + R"(pipeline:
  - backup: {check: 'backups/app-{date}.dump', name: nightly, timeout: 2h}
  - backup: {check: /b/app.dump, max_age: 250ms, free_space: 2GiB}
  - review
  - upgrade: ~
)");
  ASSERT_EQ(policy.pipeline.size(), 4U);
  const StageSpec& nightly = policy.pipeline[0];
  EXPECT_EQ(nightly.kind, "backup");
  EXPECT_EQ(nightly.name, "nightly");
  EXPECT_EQ(nightly.timeout, std::chrono::hours(2));
  EXPECT_EQ(nightly.position, (Position{11, 5}));
  EXPECT_EQ(nightly.settings.text("check"), "/home/magikalbot/magikal-bot/backups/app-{date}.dump");
  EXPECT_EQ(nightly.settings.position("check"), (Position{11, 21}));
  EXPECT_EQ(nightly.settings.duration("max_age"), std::chrono::hours(26));
  EXPECT_EQ(nightly.settings.position("max_age"), (Position{0, 0}));
  EXPECT_EQ(nightly.settings.size("free_space"), (Size{.factor = 2}));
  EXPECT_FALSE(nightly.settings.has("take"));
  EXPECT_EQ(policy.pipeline[1].settings.size("free_space"), (Size{.bytes = 2147483648}));
  EXPECT_EQ(policy.pipeline[1].settings.duration("max_age"), std::chrono::milliseconds(250));
  EXPECT_EQ(policy.pipeline[2].settings.integer("lines"), 120);
  EXPECT_THAT(policy.pipeline[2].settings.texts("block"), ElementsAre("data-loss", "out-of-scope"));
  EXPECT_EQ(policy.pipeline[3].timeout, std::nullopt);
}

TEST(Pipeline, ReportsAStageWhereItStands) {
  const std::vector<Bad> cases = {
      {"  - backup: {check: /a, take: true}\n", "1:5: 'check' and 'take' exclude each other; keep one"},
      {"  - backup\n  - backup\n", "2:5: two stages are named 'backup', the other in line 11; add 'name: backup-2'"},
      {"  - backup:\n    max_age: 26h\n",
       "2:5: a stage is one kind with its settings below it; indent 'max_age' further, or begin another stage with '- "
       "'"},
      {"  - bakup: {}\n",
       "1:5: unknown stage 'bakup'; did you mean 'backup'? Allowed: backup, review, restart, upgrade"},
      {"  - [backup]\n", "1:5: a stage is a kind, or a kind with its settings: '- backup: {max_age: 26h}'"},
      {"  - backup: {max-age: 1h}\n",
       "1:14: unknown key 'max-age' in stage 'backup'; did you mean 'max_age'? Allowed: check, take, max_age, verify, "
       "free_space, name, timeout"},
      {"  - backup: {max_age: 26}\n",
       "1:23: 'max_age' must be a duration with its unit (ms, s, min, h, d), such as 250ms, 10min or 26h, not '26'; "
       "write 26s "
       "or 26min"},
      {"  - backup: {verify: restord}\n",
       "1:22: 'verify' must be one of intact, restored, matched, not 'restord'; did you mean 'restored'?"},
      {"  - backup: {take: yes}\n", "1:20: 'take' must be true or false, not 'yes'"},
      {"  - review: {lines: '120'}\n",
       "1:21: 'lines' must be a whole number such as 120, without quotes, not a quoted text"},
      {"  - backup: {timeout: 0s}\n",
       "1:23: 'timeout' must be a duration longer than 0 with its unit (ms, s, min, h, d), such as 10min, not '0s'"},
      {"  - restart\n", "1:5: stage 'restart' lacks the key 'unit': The unit."},
  };
  for (const auto& [text, problem] : cases) EXPECT_THAT(problems_of_stage(text), ElementsAre(problem)) << text;
}

TEST(ProblemText, PutsACaretUnderThePlace) {
  const std::string text = "version: 1\n\tapp: [gr\u00fc\u00dfe, x]\r\n";
  EXPECT_EQ(problem_text({{2, 15}, "wrong"}, "bot.yaml", text),
            "bot.yaml:2:15: wrong\n2 | \tapp: [gr\u00fc\u00dfe, x]\n  | \t             ^");
  EXPECT_EQ(problem_text({{1, 1}, "wrong"}, "bot.yaml", ""), "bot.yaml:1:1: wrong\n1 | \n  | ^");
}

TEST(PolicyFile, ThatOthersMayWriteIsRefusedWithTheFix) {
  const TemporaryDirectory directory;
  const auto file = directory.write("bot.yaml", whole);
  using std::filesystem::perms;
  std::filesystem::permissions(file, perms::owner_read | perms::owner_write | perms::group_read | perms::others_read);
  EXPECT_TRUE(load_policy(file, fake::kinds).policy);
  std::filesystem::permissions(file, perms::others_write, std::filesystem::perm_options::add);
  const auto loaded = load_policy(file, fake::kinds);
  EXPECT_FALSE(loaded.policy);
  EXPECT_THAT(loaded.problems,
              ElementsAre(Problem{{1, 1}, "everybody may write the file; chmod o-w " + file.string()}));
}

TEST(PolicyFile, OfSomebodyElseIsRefused) {
  if (geteuid() != 0) GTEST_SKIP() << "OfSomebodyElseIsRefused: only root can give a file away";
  const TemporaryDirectory directory;
  const auto file = directory.write("bot.yaml", whole);
  ASSERT_EQ(chown(file.c_str(), 4242, 4242), 0);
  ASSERT_EQ(chmod(file.c_str(), 0664), 0);
  const auto loaded = load_policy(file, fake::kinds);
  EXPECT_THAT(
      loaded.problems,
      ElementsAre(
          Problem{{1, 1}, "the file belongs to uid 4242, neither to root nor to you; chown root " + file.string()},
          Problem{{1, 1}, "group 4242 may write the file; chmod g-w " + file.string()}));
}

TEST(PolicyFile, ThatIsMissingIsAnErrorThatNamesIt) {
  try {
    load_policy("/nowhere/bot.yaml", fake::kinds);
    FAIL() << "loaded";
  } catch (const Error& error) {
    EXPECT_EQ(error.kind(), ErrorKind::policy);
    EXPECT_STREQ(error.what(), "read the policy /nowhere/bot.yaml: No such file or directory; check the path");
  }
  EXPECT_THROW(load_policy("/dev/null", fake::kinds), Error);
}

}  // namespace
}  // namespace orchestrate
