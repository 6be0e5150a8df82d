#include "backup_fixture.hpp"

#include <unistd.h>

#include <cstdlib>
#include <regex>
#include <sstream>

namespace orchestrate {
namespace {

namespace fs = std::filesystem;

// TEMPORARY until the adapters are there: a server by hand, and sessions through psql.
class PsqlSession : public Database {
 public:
  PsqlSession(Commands& commands, std::string conninfo) : commands_(commands), conninfo_(std::move(conninfo)) {}
  Task<Rows> query(std::string sql, std::vector<std::string> parameters, std::stop_token stop) override {
    if (!parameters.empty()) sql = std::regex_replace(sql, std::regex("\\$1"), "'" + parameters[0] + "'");
    Command command;
    command.argv = {"/usr/lib/postgresql/15/bin/psql", "-XAt", "-d", conninfo_, "-c", sql};
    const Exit exit = co_await commands_.run(std::move(command), stop);
    if (!exit.ok()) throw Error(ErrorKind::unreachable, "ask the database", exit.err);
    Rows rows;
    std::istringstream lines(exit.out);
    for (std::string line; std::getline(lines, line);) {
      auto& row = rows.rows.emplace_back();
      std::istringstream cells(line);
      for (std::string cell; std::getline(cells, cell, '|');) row.emplace_back(cell);
    }
    co_return rows;
  }
  bool alive() const override { return true; }

 private:
  Commands& commands_;
  std::string conninfo_;
};
class Psql : public Databases {
 public:
  explicit Psql(Commands& commands) : commands_(commands) {}
  Task<std::unique_ptr<Database>> connect(DatabaseUrl url, SessionOptions, std::stop_token) override {
    co_return std::make_unique<PsqlSession>(commands_, url.conninfo() + " password='" + url.password.reveal() + "'");
  }

 private:
  Commands& commands_;
};

struct HandMade {
  TemporaryDirectory directory;
  std::string as = ::geteuid() == 0 ? "setpriv --reuid=postgres --regid=postgres --clear-groups " : "";
  HandMade() {
    const std::string d = directory.path().string();
    const std::string bin = "/usr/lib/postgresql/15/bin/";
    const std::string script = "chown postgres " + d + "; chmod 755 " + d + "; cd " + d + "; " + as + bin +
                               "initdb -D " + d + "/data -A trust -U postgres -N >/dev/null 2>&1 && " + as + bin +
                               "pg_ctl -D " + d + "/data -o '-k " + d + " -c listen_addresses= -c fsync=off' -l " + d +
                               "/log -w start >/dev/null 2>&1";
    if (std::system(script.c_str()) != 0) throw std::runtime_error("no server");
  }
  ~HandMade() {
    const std::string d = directory.path().string();
    [[maybe_unused]] int rc =
        std::system((as + "/usr/lib/postgresql/15/bin/pg_ctl -D " + d + "/data -m immediate stop >/dev/null").c_str());
  }
};

constexpr const char* schema = R"(
  create schema cfg;
  create table cfg.alembic_version (version_num varchar(32) primary key);
  insert into cfg.alembic_version values ('002');
  create table cfg.panels (id int primary key, title text);
  insert into cfg.panels select i, md5(i::text) from generate_series(1, 50000) i)";

/// As the loader fills them in.
Settings defaults() {
  Settings settings;
  settings.set("max_age", std::chrono::milliseconds(std::chrono::hours(26)), {});
  settings.set("compression", std::int64_t{1}, {});
  settings.set("lock_wait", std::chrono::milliseconds(std::chrono::seconds(30)), {});
  settings.set("verify", std::string("intact"), {});
  return settings;
}

}  // namespace

BackupStage::BackupStage()
    : commands_(system::make_commands(io_, Redactor(), std::nullopt)), clock_(system::make_clock(io_)) {
  databases_ = std::make_unique<Psql>(*commands_);
  ports_ = std::make_unique<Ports>(Ports{*commands_, *databases_, services_, services_, host_, *clock_});
  run_.id = "r42";
  const auto made = std::make_shared<HandMade>();
  server_ = made;
  Policy& policy = application_.policy;
  policy.app = "magikal-bot";
  policy.migrations.schemas = {"cfg"};
  policy.migrations.version_table = {"cfg", "alembic_version"};
  application_.database = {.user = "postgres", .host = made->directory.path(), .database = "postgres"};
  sql("create role bot login password 'p@:/%#'", "postgres");
  sql("create database appdb owner bot", "postgres");
  sql(schema);
  application_.database.database = "appdb";
}

BackupStage::~BackupStage() = default;

void BackupStage::sql(const std::string& statements, const std::string& database) {
  DatabaseUrl url = application_.database;
  url.user = "postgres";
  url.database = database;
  SessionOptions options;
  options.read_only = false;
  const auto session = on_loop(io_, databases_->connect(url, options, {}));
  on_loop(io_, session->query(statements, {}, {}));
}

std::string BackupStage::shell(const std::string& line) {
  Command command;
  command.argv = {"/bin/sh", "-ec", line};
  command.directory = folder_.path();
  command.environment = {{"PATH", Secret("/usr/lib/postgresql/15/bin:/usr/bin:/bin")},
                         {"PGHOST", Secret(application_.database.host)},
                         {"PGUSER", Secret("postgres")}};
  const Exit exit = on_loop(io_, commands_->run(command, {}));
  EXPECT_TRUE(exit.ok()) << line << ": " << exit.text() << " " << exit.err;
  return exit.out;
}

std::filesystem::path BackupStage::cron_dump(const std::string& name, const std::string& options) {
  shell("pg_dump " + options + " appdb > " + name);
  return folder_.path() / name;
}

Settings BackupStage::check_settings(const fs::path& path) const {
  Settings settings = defaults();
  settings.set("check", path.string(), {1, 1});
  return settings;
}

Settings BackupStage::take_settings() const {
  Settings settings = defaults();
  settings.set("take", folder_.path().string(), {1, 1});
  return settings;
}

StageContext BackupStage::context() {
  const auto record = [this](std::string name, Json value) { facts_.emplace_back(std::move(name), std::move(value)); };
  return {application_, *ports_, run_, approvals_, "head", output_, stop_.get_token(), on_progress_, record};
}

Outcome BackupStage::run(Settings settings) {
  EXPECT_THAT(backup_stage.problems(settings), testing::IsEmpty());
  const StageSpec spec{.kind = "backup", .name = "backup", .settings = std::move(settings)};
  const auto stage = backup_stage.bind(spec, application_.policy);
  StageContext seen = context();
  return on_loop(io_, stage->run(seen));
}

std::string BackupStage::refusal(Settings settings) {
  try {
    const Outcome outcome = run(std::move(settings));
    if (outcome.verdict == Verdict::passed) return {};
    std::string lines;
    for (const std::string& line : outcome.details) lines += line + "\n";
    return lines;
  } catch (const Error& error) {
    return error.what();
  }
}

std::vector<std::string> BackupStage::names() const {
  std::vector<std::string> found;
  for (const auto& entry : fs::directory_iterator(folder_.path())) found.push_back(entry.path().filename());
  return found;
}

}  // namespace orchestrate
