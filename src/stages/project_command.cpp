#include "stages/project_command.hpp"

#include <algorithm>

namespace orchestrate {
namespace {

Argv with_target(Argv argv, std::string_view target) {
  for (std::string& word : argv)
    for (std::size_t at = 0; (at = word.find(target_word, at)) != std::string::npos; at += target.size())
      word.replace(at, target_word.size(), target);
  return argv;
}

Argv alembic_argv(const Policy& policy, std::string_view verb, std::string_view target) {
  Argv argv = policy.migrations.command;
  argv.emplace_back(verb);
  argv.emplace_back(target);
  return argv;
}

}  // namespace

void set_variable(Variables& variables, std::string_view name, std::string value) {
  const auto found = std::ranges::find(variables, name, &Variables::value_type::first);
  if (found == variables.end())
    variables.emplace_back(name, Secret(std::move(value)));
  else
    found->second = Secret(std::move(value));
}

Variables child_environment(const Application& application) {
  Variables variables = {{"PATH", Secret("/usr/local/bin:/usr/bin:/bin:/usr/local/sbin:/usr/sbin:/sbin")},
                         {"HOME", Secret(application.home)},
                         {"USER", Secret(application.policy.project.user)},
                         {"LOGNAME", Secret(application.policy.project.user)},
                         {"LANG", Secret("C.UTF-8")},
                         {"PYTHONDONTWRITEBYTECODE", Secret("1")}};
  for (const auto& [name, value] : application.environment) set_variable(variables, name, value.reveal());
  return variables;
}

Command project_command(const Application& application, Argv argv) {
  const auto& directory = application.policy.project.path;
  if (!argv.empty() && argv.front().find('/') != std::string::npos) argv.front() = (directory / argv.front()).string();
  Command command;
  command.argv = std::move(argv);
  command.directory = directory;
  command.environment = child_environment(application);
  return command;
}

std::filesystem::path project_python(const Policy& policy) {
  if (!policy.migrations.python.empty()) return policy.migrations.python;
  const std::filesystem::path program = policy.migrations.command.front();
  if (program.string().find('/') == std::string::npos) return program;
  const std::filesystem::path inside = policy.project.path / program;
  return program.filename() == "alembic" ? inside.parent_path() / "python" : inside;  // a script of the virtualenv
}

Argv upgrade_argv(const Policy& policy, std::string_view target) {
  if (policy.migrations.tool == Migrations::Tool::command) return with_target(policy.migrations.command, target);
  return alembic_argv(policy, "upgrade", target);
}

std::optional<Argv> downgrade_argv(const Policy& policy, std::string_view target) {
  if (policy.migrations.tool == Migrations::Tool::alembic) return alembic_argv(policy, "downgrade", target);
  if (policy.migrations.downgrade.empty()) return std::nullopt;
  return with_target(policy.migrations.downgrade, target);
}

}  // namespace orchestrate
