#include "policy/migration_tool.hpp"

#include <fmt/format.h>

#include <algorithm>

namespace orchestrate {
namespace {

bool has_target(const std::vector<std::string>& argv) {
  return std::ranges::any_of(argv, [](const std::string& word) { return word.find(target_word) != std::string::npos; });
}

bool is_python(const std::filesystem::path& program) {
  return program.filename().string().starts_with("python");
}

}  // namespace

void check_migration_tool(const Section& section, const Migrations& migrations, std::vector<Problem>& problems) {
  const auto report = [&](std::string_view key, std::string message) {
    problems.push_back({section.settings.position(key), std::move(message)});
  };
  const bool downgrades = section.settings.has("downgrade");
  if (migrations.tool == Migrations::Tool::alembic) {
    if (has_target(migrations.command))
      report("command",
             "'command' holds {target}, which is for `tool: command`; `upgrade REVISION` is added to Alembic's");
    if (downgrades) report("downgrade", "'downgrade' is for `tool: command`; Alembic's own command line knows how");
    return;
  }
  if (downgrades && !has_target(migrations.downgrade))
    report("downgrade", "'downgrade' has no {target}, so nobody could say where it goes");
  if (migrations.command.empty() || !migrations.python.empty() || is_python(migrations.command.front())) return;
  report("command", fmt::format("'{}' is no interpreter; name the project's beside it: python: .venv/bin/python",
                                migrations.command.front()));
}

}  // namespace orchestrate
