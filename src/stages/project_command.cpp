#include "stages/project_command.hpp"

#include <algorithm>

namespace orchestrate {

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
  const std::filesystem::path program = policy.migrations.command.front();
  return program.string().find('/') == std::string::npos ? program : policy.project.path / program;
}

}  // namespace orchestrate
