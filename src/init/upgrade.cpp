#include "init/upgrade.hpp"

#include <fmt/format.h>

namespace orchestrate::init {
namespace {

std::vector<std::string> alembic(const std::string& python, const std::string& config) {
  if (config.empty() || config == "alembic.ini") return {python, "-m", "alembic"};
  return {python, "-m", "alembic", "-c", config};
}

}  // namespace

Upgrade by_alembic(const std::string& python, const std::string& config) {
  return {.command = alembic(python, config)};
}

Upgrade by_make(const std::string& target, const std::string& python, const std::string& config) {
  Upgrade upgrade{.tool = Migrations::Tool::command,
                  .command = {"make", target},
                  .downgrade = alembic(python, config),
                  .python = python,
                  .remark = "what people type here; it cannot be told another target than head"};
  upgrade.downgrade.insert(upgrade.downgrade.end(), {"downgrade", "{target}"});
  return upgrade;
}

Upgrade by_advanced_alchemy(const AdvancedAlchemy& alchemy, const std::string& python) {
  Upgrade upgrade{.tool = Migrations::Tool::command,
                  .command = {python, "-m", alchemy.module.value},
                  .remark = "Advanced Alchemy's Python interface: always to head"};
  if (alchemy.import.empty()) return upgrade;
  upgrade.downgrade = {python, "-c",
                       fmt::format("from advanced_alchemy.alembic.commands import AlembicCommands\n{}\n"
                                   "AlembicCommands(sqlalchemy_config={}).downgrade(revision=\"{{target}}\")\n",
                                   alchemy.import, alchemy.config)};
  return upgrade;
}

}  // namespace orchestrate::init
