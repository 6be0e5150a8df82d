#include "stages/migrated_project.hpp"

#include <pwd.h>
#include <unistd.h>

#include "stages/preflight.hpp"

namespace orchestrate {
namespace {

void make_project(const Checkout& checkout) {
  checkout.sh(
      "/usr/bin/python3 -m venv --without-pip --system-site-packages .venv; echo /.venv/ > .gitignore;"
      "mkdir -p migrations/versions; printf '[alembic]\\nscript_location = migrations\\n' > migrations/alembic.ini");
}

Policy policy_of(const Checkout& checkout) {
  Policy policy;
  policy.app = "bot";
  policy.project.path = checkout.path();
  policy.project.user = ::getpwuid(::geteuid())->pw_name;
  policy.migrations.command = {".venv/bin/python", "-m", "alembic", "-c", "migrations/alembic.ini"};
  policy.migrations.versions = {checkout.path() / "migrations/versions"};
  policy.migrations.version_table = {"cfg", "alembic_version"};
  policy.migrations.schemas = {"cfg"};
  policy.services = {*UnitName::parse("bot.service")};
  StageSpec restore_point{.kind = "restore_point", .name = "restore_point"};
  restore_point.settings.set("max_file", Size{10U << 20}, {});
  StageSpec backup{.kind = "backup", .name = "backup"};
  backup.settings.set("take", checkout.scratch().string(), {});
  policy.pipeline = {backup, restore_point};
  return policy;
}

}  // namespace

BotProject::BotProject() : settings(preflight_defaults()) {
  make_project(bench.checkout);
  revision("001", "");
  revision("002", "001");
  sh("git add .; git commit -qm migrations");
  policy() = policy_of(bench.checkout);
  bench.application.database = DatabaseUrl::parse("postgresql://bot@/app?host=" + bench.checkout.home().string());
  bench.services.units["bot.service"] = UnitState{.load_state = "loaded", .active_state = "active"};
}

Outcome BotProject::preflight() {
  return bench.run(preflight_stage, settings);
}
Outcome BotProject::plan() {
  return bench.dry_run(preflight_stage, settings);
}

void BotProject::revision(const std::string& id, const std::string& down) const {
  const std::string parent = down.empty() ? "None" : "'" + down + "'";
  bench.checkout.write("migrations/versions/" + id + ".py",
                       "revision = '" + id + "'\ndown_revision = " + parent + "\n\n\ndef upgrade():\n    pass\n");
}

void BotProject::pending(const std::string& statement) const {
  bench.checkout.write(
      "migrations/versions/002.py",
      "import sqlalchemy as sa\nfrom alembic import op\n\nrevision = '002'\ndown_revision = '001'\n\n\n"
      "def upgrade():\n    " +
          statement + "\n");
}

MigratedProject::MigratedProject() : postgres(TemporaryPostgres::Settings{{"max_prepared_transactions", "5"}}) {
  postgres.sql("CREATE ROLE bot LOGIN; CREATE DATABASE app OWNER bot");
  sql("CREATE SCHEMA cfg AUTHORIZATION bot; SET ROLE bot; CREATE TABLE cfg.panels (id int);"
      "CREATE TABLE cfg.alembic_version (version_num text); INSERT INTO cfg.alembic_version VALUES ('001')");
  bench.application.database = postgres.url("app");
  bench.application.database.user = "bot";
}

Settings preflight_defaults() {
  Settings settings;
  settings.set("free_space", Size{.factor = 2}, {});
  settings.set("long_transaction", std::chrono::milliseconds(std::chrono::minutes(5)), {});
  settings.set("wait_for_blockers", std::chrono::milliseconds(0), {});
  return settings;
}

}  // namespace orchestrate
