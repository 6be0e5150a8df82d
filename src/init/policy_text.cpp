#include "init/policy_text.hpp"

#include <algorithm>
#include <cctype>
#include <sstream>

#include <fmt/format.h>

#include "init/project_tree.hpp"

namespace orchestrate::init {
namespace {

constexpr std::size_t comment_column = 41;
constexpr std::size_t widest = 120;

/// A word of YAML: plain where that means itself everywhere, else in double quotes.
std::string word(const std::string& text) {
  const auto plain = [](unsigned char c) {
    return std::isalnum(c) != 0 || c == '_' || c == '.' || c == '/' || c == '-';
  };
  const bool starts_plain = !text.empty() && (std::isalpha(static_cast<unsigned char>(text.front())) != 0 ||
                                              text.front() == '/' || text.front() == '.' || text.front() == '_');
  if (text == "-m" || text == "-c" || (starts_plain && std::ranges::all_of(text, plain))) return text;
  std::string quoted = "\"";
  for (const char c : text) {
    if (c == '"' || c == '\\') quoted += '\\';
    quoted += c;
  }
  return quoted + "\"";
}

/// Words of a sentence, plain where nothing in them is YAML.
std::string phrase(const std::string& text) {
  const auto plain = [](unsigned char c) { return std::isalnum(c) != 0 || c == ' '; };
  const bool ends_plain =
      !text.empty() && std::isalpha(static_cast<unsigned char>(text.front())) != 0 && text.back() != ' ';
  return ends_plain && std::ranges::all_of(text, plain) ? text : word(text);
}

std::string words(const std::vector<std::string>& all) {
  std::string text = "[";
  for (const std::string& one : all) text += (text.size() == 1 ? "" : ", ") + word(one);
  return text + "]";
}

/// Writes the policy line by line; `about` stands behind the line, or above it where there is no room.
class Page {
 public:
  void line(const std::string& text, const std::string& about = {}) {
    if (about.empty()) {
      text_ += text + "\n";
      return;
    }
    const std::size_t column = std::max(comment_column, text.size() + 2);
    if (column + 2 + about.size() <= widest) {
      text_ += fmt::format("{:{}}# {}\n", text, column, about);
      return;
    }
    const std::string margin(text.find_first_not_of(' '), ' ');
    text_ += fmt::format("{}# {}\n{}\n", margin, about, text);
  }

  void blank(const std::string& margin, const Gap& gap, const std::string& example) {
    text_ += fmt::format("{0}# {1}\n{0}{2}{3}\n", margin, gap.advice, fill_in, example);
  }

  std::string text() && { return std::move(text_); }

 private:
  std::string text_;
};

void write_head(Page& page, const Survey& survey) {
  page.line("# yaml-language-server: $schema=/usr/share/orchestrate/policy.schema.json");
  page.line("#");
  page.line("# What was found on this host. Every key: /usr/share/doc/orchestrate/policies/reference.yaml");
  page.line("");
  page.line("version: 1");
  page.line("app: " + word(survey.app));
}

std::string env_file_remark(const Environs& environs) {
  if (environs.file.dialect == Dialect::systemd)
    return "EnvironmentFile= of " + environs.said_by.file.filename().string();
  if (environs.file.dialect == Dialect::app) return environs.said_by.file.filename().string() + " loads it";
  return "nothing seems to load it, so it is given to the migrations";
}

std::string dialect_word(Dialect dialect) {
  if (dialect == Dialect::systemd) return "systemd";
  return dialect == Dialect::app ? "app" : "dotenv";
}

void write_project(Page& page, const Survey& survey) {
  page.line("");
  page.line("project:");
  page.line("  path: " + word(survey.project.string()));
  if (survey.user)
    page.line("  user: " + word(survey.user->value), "everything of the application runs as this user, never as root");
  else
    page.blank("  ", *survey.gap(Blank::user), "user: example");
  if (!survey.environs) return;
  const EnvFile& file = survey.environs->file;
  page.line(
      fmt::format("  env_file: {{ path: {}, dialect: {} }}", word(file.path.string()), dialect_word(file.dialect)),
      env_file_remark(*survey.environs));
}

/// A list on one line, or, where a word has line ends of its own, one word a line.
void write_command(Page& page, const std::string& key, const std::vector<std::string>& command,
                   const std::string& about) {
  const auto has_lines = [](const std::string& one) { return one.find('\n') != std::string::npos; };
  if (std::ranges::none_of(command, has_lines)) return page.line("  " + key + ": " + words(command), about);
  page.line("  " + key + ":", about);
  for (const std::string& one : command) {
    if (!has_lines(one)) {
      page.line("    - " + word(one));
      continue;
    }
    page.line("    - |");
    std::istringstream lines(one);
    for (std::string line; std::getline(lines, line);) page.line("      " + line);
  }
}

void write_upgrade(Page& page, const Survey& survey) {
  if (!survey.upgrade) {
    page.blank("  ", *survey.gap(Blank::command), "command: [.venv/bin/python, -m, alembic]");
    return;
  }
  const Upgrade& upgrade = *survey.upgrade;
  page.line(upgrade.tool == Migrations::Tool::alembic ? "  tool: alembic" : "  tool: command");
  write_command(page, "command", upgrade.command, upgrade.remark);
  if (!upgrade.downgrade.empty())
    write_command(page, "downgrade", upgrade.downgrade, "the way back; {target} is the revision");
  if (!upgrade.python.empty()) page.line("  python: " + word(upgrade.python), "what reads the version files");
}

void write_parts(Page& page, const UrlTemplate::Parts& parts) {
  page.line("  database_url:", "by its parts, which need no encoding");
  for (const auto& [key, value] : {std::pair("user", parts.user),
                                   {"password", parts.password},
                                   {"host", parts.host},
                                   {"port", parts.port},
                                   {"name", parts.name},
                                   {"driver", parts.driver}})
    if (!value.empty()) page.line(fmt::format("    {}: {}", key, value));
}

void write_database(Page& page, const Survey& survey) {
  if (!survey.database) return page.blank("  ", *survey.gap(Blank::database_url), "database_url: ${DATABASE_URL}");
  const DatabaseForm& form = survey.database->form.value;
  if (const auto* parts = std::get_if<UrlTemplate::Parts>(&form)) return write_parts(page, *parts);
  page.line("  database_url: ${" + std::get<DatabaseVariable>(form).name + "}", "from the env file");
}

void write_migrations(Page& page, const Survey& survey) {
  page.line("");
  page.line("migrations:");
  write_upgrade(page, survey);
  if (survey.versions.empty())
    page.blank("  ", *survey.gap(Blank::versions), "versions: [migrations/versions]");
  else
    page.line("  versions: " + words(survey.versions));
  write_database(page, survey);
  if (const Gap* gap = survey.gap(Blank::version_table))
    page.blank("  ", *gap, "version_table: public.alembic_version");
  else if (survey.version_table)
    page.line("  version_table: " + word(*survey.version_table));
  if (!survey.schemas.empty())
    page.line("  schemas: " + words(survey.schemas), "a migration that changes another one is a red flag");
}

void write_services(Page& page, const Survey& survey) {
  page.line("");
  if (survey.services.empty()) return page.blank("", *survey.gap(Blank::services), "services: [example.service]");
  std::vector<std::string> names;
  names.reserve(survey.services.size());
  for (const UnitFile& unit : survey.services) names.push_back(unit.name.text());
  page.line("services: " + words(names), "in this order");
}

void write_backup(Page& page, const Survey& survey) {
  if (!survey.dumps) {
    page.line("  - backup: { take: " + word(own_backups(survey.app).string()) + " }",
              "no other job was found that dumps this database");
    return;
  }
  const DumpJob& job = survey.dumps->value;
  page.line("  - backup:", "the dump of " + survey.dumps->place.file.string());
  page.line("      check: " + (job.dump.find('{') == std::string::npos ? word(job.dump) : job.dump),
            "{date}: today, or yesterday while that is fresh enough");
  if (!job.log.empty()) {
    page.line("      log: " + word(job.log));
    page.line("      log_says: " + phrase(job.says));
  }
  page.line("      max_age: 26h");
}

void write_rehearsal(Page& page, const Survey& survey) {
  const std::string stage = "- rehearsal: { max_lock: 2s }";
  if (survey.can_rehearse)
    page.line("  " + stage, "on a restored copy; a longer lock there is a red flag");
  else
    page.line("  # " + stage, "on a restored copy, after: apt install bubblewrap postgresql");
}

void write_pipeline(Page& page, const Survey& survey) {
  page.line("");
  page.line("pipeline:");
  page.line("  - preflight: { free_space: 2x }", "free: twice the database's size");
  write_backup(page, survey);
  page.line("  - review: { block: [data-loss, out-of-scope, blocking-lock] }");
  write_rehearsal(page, survey);
  page.line("  - restore_point", "beside the branch, which stays; `mode: commit` commits on it");
  page.line("  - upgrade: { target: head, lock_timeout: 5s, statement_timeout: 10min, retries: 3 }");
  page.line("  - post_check");
  const std::string mark = survey.services.empty() ? std::string(fill_in) : "";
  page.line("  " + mark + "- restart: { stable_for: 10s }");
  page.line("  " + mark + "- journal: { lines: 120, fail_on: [Traceback, CRITICAL] }",
            "what a good start never writes");
}

}  // namespace

std::string policy_text(const Survey& survey) {
  Page page;
  write_head(page, survey);
  write_project(page, survey);
  write_migrations(page, survey);
  write_services(page, survey);
  write_pipeline(page, survey);
  return std::move(page).text();
}

std::string without_marks(std::string text) {
  for (std::size_t at = 0; (at = text.find(fill_in, at)) != std::string::npos;) text.erase(at, fill_in.size());
  return text;
}

std::filesystem::path own_backups(const std::string& app) {
  return std::filesystem::path("/var/backups") / app;
}

}  // namespace orchestrate::init
