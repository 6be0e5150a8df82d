#include "stages/upgrading_bot.hpp"

#include <unistd.h>

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/detached.hpp>
#include <fstream>
#include <sstream>

#include "stages/preflight.hpp"
#include "stages/review.hpp"
#include "stages/upgrade.hpp"
#include "system/clock.hpp"

namespace orchestrate {
namespace {

using namespace std::chrono_literals;

constexpr const char* env_py = R"(import os

from alembic import context
from sqlalchemy import create_engine, pool

open("pid", "w").write(str(os.getpid()))
engine = create_engine(os.environ["DATABASE_URL"], poolclass=pool.NullPool)
with engine.connect() as connection:
    context.configure(connection=connection, version_table_schema="cfg")
    with context.begin_transaction():
        context.run_migrations()
)";

/// Real time for the short waits; the seconds between two attempts are over at once.
class HurriedClock final : public Clock {
 public:
  explicit HurriedClock(boost::asio::io_context& io) : real_(system::make_clock(io)) {}
  std::chrono::system_clock::time_point now() const override { return real_->now(); }
  std::chrono::milliseconds boot() const override { return real_->boot(); }
  Task<> sleep(std::chrono::milliseconds duration, std::stop_token stop) override {
    return real_->sleep(duration < 1s ? duration : 0ms, std::move(stop));
  }

 private:
  std::unique_ptr<Clock> real_;
};

/// An address of this program's own, for the port is everybody's.
std::string loopback_address() {
  const auto pid = static_cast<unsigned>(::getpid());
  return "127." + std::to_string(64 + (pid >> 16 & 63U)) + "." + std::to_string(pid >> 8 & 255U) + "." +
         std::to_string(pid & 255U);
}

Task<> act_once(StageBench& bench, DatabaseUrl url, std::string has_rows, std::function<void()> act) {
  const auto database = co_await bench.databases->connect(std::move(url), SessionOptions(), {});
  for (;;) {
    const Rows rows = co_await database->query(has_rows, {});
    if (!rows.rows.empty()) break;
    co_await bench.clock->sleep(20ms, {});
  }
  act();
}

Settings upgrade_defaults() {
  Settings settings;
  settings.set("target", "head", {});
  settings.set("lock_timeout", 100ms, {});
  settings.set("statement_timeout", std::chrono::milliseconds(20s), {});
  settings.set("retries", std::int64_t{0}, {});
  return settings;
}

}  // namespace

std::unique_ptr<TemporaryPostgres> UpgradingBot::server;

void UpgradingBot::SetUpTestSuite() {
  if (server) return;
  server = std::make_unique<TemporaryPostgres>(TemporaryPostgres::Settings{
      {"listen_addresses", loopback_address()}, {"shared_preload_libraries", "pg_stat_statements"}});
  server->sql("CREATE ROLE bot LOGIN");
}

UpgradingBot::UpgradingBot() : upgrade_settings(upgrade_defaults()) {
  server->sql("DROP DATABASE IF EXISTS app WITH (FORCE)");
  server->sql("CREATE DATABASE app OWNER bot");
  sql("CREATE SCHEMA cfg AUTHORIZATION bot; SET ROLE bot; CREATE TABLE cfg.panels (id int);"
      "INSERT INTO cfg.panels VALUES (1), (1); CREATE TABLE cfg.alembic_version (version_num text);"
      "INSERT INTO cfg.alembic_version VALUES ('001')");
  bench.checkout.write("migrations/env.py", env_py);
  bench.clock = std::make_unique<HurriedClock>(bench.checkout.io());
  const std::string url = "postgresql+psycopg2://bot@/app?host=" + server->socket_directory().string();
  bench.application.database = DatabaseUrl::parse(url);
  bench.application.database_variable = "DATABASE_URL";
  bench.application.environment = {{"DATABASE_URL", Secret(url)}};
}

void UpgradingBot::migration(const std::string& body) {
  std::string text =
      "import time\nfrom alembic import op\n\nrevision = '002'\ndown_revision = '001'\n\n\ndef upgrade():\n";
  std::istringstream lines(body);
  for (std::string line; std::getline(lines, line);) text += "    " + line + "\n";
  bench.checkout.write("migrations/versions/002.py", text);
}

void UpgradingBot::reviewed() {
  const Outcome checked = preflight();
  ASSERT_EQ(checked.verdict, Verdict::passed) << text_of(checked);
  bench.prove(checked.evidence);
  Settings block;
  block.set("block", std::vector<std::string>{}, {});
  block.set("small_table", Size{}, {});
  block.set("row_limit", std::chrono::milliseconds(5000), {});
  Outcome review = bench.run(review_stage, block);
  for (const Finding& finding : review.findings)
    bench.approvals.push_back({finding.id(), finding.file_sha256, "a test", "uid 0", "2026-11-20T09:14:03Z"});
  if (review.verdict == Verdict::blocked) review = bench.run(review_stage, block);
  ASSERT_EQ(review.verdict, Verdict::passed) << review.summary << text_of(review);
  bench.prove(review.evidence);
  bench.facts.clear();
  bench.progress.clear();
}

Outcome UpgradingBot::upgrade() {
  return bench.run(upgrade_stage, upgrade_settings);
}

void UpgradingBot::somebody_locks_panels() {
  somebody.emplace(bench, server->url("app"));
  somebody->run("BEGIN");
  somebody->run("LOCK TABLE cfg.panels IN ACCESS EXCLUSIVE MODE");
}

void UpgradingBot::once(const std::string& has_rows, std::function<void()> act) {
  boost::asio::co_spawn(bench.checkout.io(), act_once(bench, server->url("app"), has_rows, std::move(act)),
                        boost::asio::detached);
}

void UpgradingBot::once_it_waits(std::function<void()> act) {
  once("SELECT FROM pg_stat_activity WHERE usename = 'bot' AND wait_event_type = 'Lock'", std::move(act));
}

std::string UpgradingBot::tcp_address() {
  return loopback_address();
}

std::string UpgradingBot::sql(const std::string& statements) const {
  std::string text = server->sql(statements, "app");
  if (text.ends_with('\n')) text.pop_back();
  return text;
}

std::string UpgradingBot::log() const {
  std::ostringstream text;
  text << std::ifstream(bench.checkout.scratch() / "stage.log").rdbuf();
  return text.str();
}

std::string UpgradingBot::sessions() const {
  return sql("SELECT pid FROM pg_stat_activity WHERE application_name = 'orchestrate upgrade r1'");
}

Holder::Holder(StageBench& bench, DatabaseUrl url) : bench_(bench) {
  const SessionOptions options{.application_name = "somebody else", .read_only = false};
  database_ = bench_.checkout.wait(bench_.databases->connect(std::move(url), options, {}));
}

void Holder::run(const std::string& statement) {
  bench_.checkout.wait(database_->query(statement, {}));
}

bool has_evidence(const Outcome& outcome, std::string_view name) {
  for (const Evidence& evidence : outcome.evidence)
    if (evidence.name == name) return true;
  return false;
}

}  // namespace orchestrate
