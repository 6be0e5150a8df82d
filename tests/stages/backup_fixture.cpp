#include "backup_fixture.hpp"

#include "system/clock.hpp"
#include "system/command.hpp"

namespace orchestrate {
namespace {

namespace fs = std::filesystem;

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
  settings.set("format", std::string("custom"), {});
  settings.set("jobs", std::int64_t{1}, {});
  settings.set("compression", std::int64_t{1}, {});
  settings.set("lock_wait", std::chrono::milliseconds(std::chrono::seconds(30)), {});
  settings.set("reuse_within", std::chrono::milliseconds(std::chrono::minutes(15)), {});
  settings.set("verify", std::string("intact"), {});
  return settings;
}

}  // namespace

BackupStage::BackupStage()
    : commands_(system::make_commands(io_, Redactor(), std::nullopt)), clock_(system::make_clock(io_)) {
  run_.id = "r42";
  Policy& policy = application_.policy;
  policy.app = "magikal-bot";
  policy.migrations.schemas = {"cfg"};
  policy.migrations.version_table = {"cfg", "alembic_version"};
  server_.sql("create role bot login password 'p@:/%#'");
  server_.sql("create database appdb owner bot");
  server_.sql(schema, "appdb");
  application_.database = server_.url("appdb");
}

Command BackupStage::command(const std::string& line) const {
  Command command;
  command.argv = {"/bin/sh", "-ec", line};
  command.directory = folder_.path();
  command.environment = {{"PATH", Secret(TemporaryPostgres::programs().string() + ":/usr/bin:/bin")},
                         {"PGHOST", Secret(server_.socket_directory())},
                         {"PGUSER", Secret("postgres")}};
  return command;
}

std::string BackupStage::shell(const std::string& line) {
  const Exit exit = on_loop(io_, commands_->run(command(line), {}));
  EXPECT_TRUE(exit.ok()) << line << ": " << exit.text() << " " << exit.err;
  return exit.out;
}

std::unique_ptr<Process> BackupStage::child(const std::string& line) {
  Command piped = command(line);
  piped.piped = true;
  return commands_->start(std::move(piped), {});
}

std::string BackupStage::line_of(Process& process) {
  std::string line;
  std::vector<std::byte> byte(1);
  while (!line.ends_with('\n') && on_loop(io_, process.read(byte)) == 1) line += static_cast<char>(byte[0]);
  return line;
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
  const auto record = [this](std::string_view name, Json value) {
    on_record_(name);
    facts_.emplace_back(name, std::move(value));
  };
  return {application_,      ports_, run_,         approvals_, applied_, gate_, backups_, "head", output_,
          stop_.get_token(), {},     on_progress_, record,     state_};
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
