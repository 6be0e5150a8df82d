#include "policy/policy_loader.hpp"

#include <fmt/format.h>
#include <pwd.h>

#include <algorithm>
#include <array>

#include "orchestrate/digest.hpp"
#include "orchestrate/secret.hpp"
#include "orchestrate/source_text.hpp"
#include "policy/keys.hpp"
#include "policy/migration_tool.hpp"
#include "policy/pipeline.hpp"
#include "policy/section.hpp"
#include "policy/url_template.hpp"
#include "policy/window.hpp"

namespace orchestrate {
namespace {

using std::filesystem::path;

constexpr std::size_t largest = 1024 * 1024;

/// Reads the parts of the file whose keys are known to be valid; what a problem took away stays empty.
class PolicyReader {
 public:
  PolicyReader(const YamlNode& root, std::vector<Problem>& problems)
      : top_(read_section("the policy", root, policy_keys(), problems)), problems_(problems) {}

  Policy read(const YamlNode& root, std::span<const StageKind* const> kinds) {
    Policy policy;
    policy.app = text(top_, "app");
    policy.project = project();
    policy.migrations = migrations(policy.project.path);
    if (top_.settings.has("services")) policy.services = top_.settings.units("services");
    if (const Section* postgres = top_.find("postgres")) {
      policy.postgres_bin = text(*postgres, "bin");
      policy.postgres_preload = texts(*postgres, "preload");
    }
    if (const Section* window = top_.find("window")) policy.window = read_window(*window, problems_);
    if (const Section* gate = top_.find("gate"))
      policy.gate = {answer(*gate, "behind"), answer(*gate, "ahead"), answer(*gate, "unknown")};
    if (const Section* on_failure = top_.find("on_failure"))
      policy.on_failure = {remedy(*on_failure, "upgrade"), remedy(*on_failure, "after_upgrade")};
    const auto pipeline = std::ranges::find(root.members, "pipeline", &YamlMember::key);
    if (pipeline != root.members.end())
      policy.pipeline = read_pipeline(pipeline->value, policy.project.path, kinds, problems_);
    return policy;
  }

 private:
  static std::string text(const Section& section, std::string_view key) {
    return section.settings.has(key) ? section.settings.text(key) : std::string();
  }
  static std::vector<std::string> texts(const Section& section, std::string_view key) {
    return section.settings.has(key) ? section.settings.texts(key) : std::vector<std::string>();
  }

  static GateAnswer answer(const Section& section, std::string_view key) {
    return text(section, key) == "allow" ? GateAnswer::allow : GateAnswer::deny;
  }

  static OnFailure::Choice remedy(const Section& section, std::string_view key) {
    if (!section.settings.has(key)) return {};
    const std::string& word = section.settings.text(key);
    OnFailure::Choice choice{.remedy = Remedy::hold, .position = section.settings.position(key)};
    for (const Remedy remedy : {Remedy::restore, Remedy::downgrade})
      if (word == to_string(remedy)) choice.remedy = remedy;
    return choice;
  }

  Project project() {
    const Section* section = top_.find("project");
    if (!section) return {};
    Project project{.path = path(text(*section, "path")).lexically_normal(),
                    .user = text(*section, "user"),
                    .env_file = {},
                    .required_settings = texts(*section, "required_settings")};
    refuse_superuser(*section, project.user);
    if (const Section* env_file = section->find("env_file"))
      project.env_file =
          EnvFile{(project.path / text(*env_file, "path")).lexically_normal(), dialect(text(*env_file, "dialect"))};
    return project;
  }

  /// Names other than root may be uid 0 too. A user who does not exist (yet, or on this host) is for preflight.
  void refuse_superuser(const Section& section, const std::string& user) {
    passwd entry{};
    passwd* found = nullptr;
    std::array<char, 16384> buffer{};
    if (user.empty() || getpwnam_r(user.c_str(), &entry, buffer.data(), buffer.size(), &found) != 0 || !found) return;
    if (found->pw_uid == 0)
      problems_.push_back(
          {section.settings.position("user"), fmt::format("'user' {} is uid 0; name an unprivileged user", user)});
  }

  static Dialect dialect(std::string_view word) {
    if (word == "dotenv") return Dialect::dotenv;
    return word == "app" ? Dialect::app : Dialect::systemd;
  }

  Migrations migrations(const path& project) {
    const Section* section = top_.find("migrations");
    if (!section) return {};
    Migrations migrations;
    if (text(*section, "tool") == "command") migrations.tool = Migrations::Tool::command;
    migrations.command = texts(*section, "command");
    migrations.downgrade = texts(*section, "downgrade");
    if (section->settings.has("python")) migrations.python = (project / text(*section, "python")).lexically_normal();
    check_migration_tool(*section, migrations, problems_);
    for (const std::string& versions : texts(*section, "versions"))
      migrations.versions.push_back((project / versions).lexically_normal());
    migrations.database_url = url(*section, "database_url").value_or(UrlTemplate{});
    migrations.direct_url = url(*section, "direct_url");
    migrations.admin_url = url(*section, "admin_url");
    migrations.version_table = table(text(*section, "version_table"));
    migrations.schemas = texts(*section, "schemas");
    return migrations;
  }

  static TableName table(const std::string& text) {
    const std::size_t dot = text.find('.');
    if (dot == std::string::npos) return {.name = text};
    return {text.substr(0, dot), text.substr(dot + 1)};
  }

  std::optional<UrlTemplate> url(const Section& section, std::string_view key) {
    std::optional<UrlTemplate> url;
    if (section.settings.has(key))
      url = UrlTemplate{section.settings.text(key), section.settings.position(key)};
    else if (const Section* parts = section.find(key))
      url = UrlTemplate{UrlTemplate::Parts{text(*parts, "user"), text(*parts, "password"), text(*parts, "host"),
                                           text(*parts, "port"), text(*parts, "name"), text(*parts, "driver")},
                        parts->position};
    if (!url) return std::nullopt;
    for (std::string& message : template_problems(*url))
      problems_.push_back({url->position, fmt::format("'{}' {}", key, message)});
    return url;
  }

  Section top_;
  std::vector<Problem>& problems_;
};

std::optional<Problem> unreadable(std::string_view text) {
  if (text.size() > largest) return Problem{{1, 1}, "the file is larger than 1 MiB; a policy is not"};
  if (text.starts_with("\xEF\xBB\xBF"))
    return Problem{{1, 1}, "the file begins with a byte order mark; save it without one"};
  if (const auto offset = first_invalid_utf8(text))
    return Problem{position_at(text, *offset), "not UTF-8; save the file as UTF-8"};
  if (const auto offset = text.find('\0'); offset != std::string_view::npos)
    return Problem{position_at(text, offset), "a zero byte; the file is not a text"};
  return std::nullopt;
}

}  // namespace

LoadedPolicy parse_policy(std::string text, const path& file, std::span<const StageKind* const> kinds) {
  LoadedPolicy loaded{.policy = {}, .problems = {}, .text = std::move(text)};
  if (auto problem = unreadable(loaded.text)) {
    loaded.problems.push_back(std::move(*problem));
    return loaded;
  }
  YamlTree tree = parse_yaml(loaded.text);
  loaded.problems = std::move(tree.problems);
  if (!tree.root) {
    if (loaded.problems.empty()) loaded.problems.push_back({{1, 1}, "the policy is empty"});
    return loaded;
  }
  Policy policy = PolicyReader(*tree.root, loaded.problems).read(*tree.root, kinds);
  std::ranges::stable_sort(loaded.problems, {}, &Problem::position);
  if (!loaded.problems.empty()) return loaded;
  policy.file = std::filesystem::absolute(file).lexically_normal();
  policy.sha256 = sha256(loaded.text);
  loaded.policy = std::move(policy);
  return loaded;
}

std::string problem_text(const Problem& problem, const path& file, std::string_view text) {
  const Position at = problem.position;
  return fmt::format("{}:{}:{}: {}\n{}", file.string(), at.line, at.column, problem.message,
                     Redactor()(caret_lines(text, at)));
}

}  // namespace orchestrate
