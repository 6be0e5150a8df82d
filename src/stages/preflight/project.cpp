#include <fmt/format.h>
#include <pwd.h>
#include <unistd.h>

#include <algorithm>
#include <array>

#include "orchestrate/error.hpp"
#include "stages/preflight/alembic_config.hpp"
#include "stages/preflight/check.hpp"
#include "stages/preflight/interpreter.hpp"
#include "stages/preflight/make_rule.hpp"

namespace orchestrate::preflight {
namespace {

std::string our_name() {
  const passwd* user = ::getpwuid(::geteuid());
  return user ? user->pw_name : "uid " + std::to_string(::geteuid());
}

Task<Answer> user(Inspection& inspection) {
  const std::string& wanted = inspection.policy().project.user;
  const std::string name = our_name();
  if (name == wanted) co_return passed(name);
  const std::string command = "sudo -u " + wanted + " orchestrate apply " + inspection.policy().app;
  co_return refused("we run as " + name + ", the policy says project.user: " + wanted, command);
}

Task<Answer> project_path(Inspection& inspection) {
  const auto& path = inspection.policy().project.path;
  std::error_code error;
  const auto status = std::filesystem::status(path, error);
  if (error || !std::filesystem::exists(status))
    co_return refused(path.string() + " does not exist, or cannot be seen by " + our_name(), "correct project.path");
  if (!std::filesystem::is_directory(status))
    co_return refused(path.string() + " is no directory", "correct project.path");
  if (::access(path.c_str(), R_OK | W_OK | X_OK) != 0)
    co_return refused(our_name() + " may not read and write " + path.string() + ": " + system_reason(errno),
                      "chown -R " + our_name() + " " + path.string());
  co_return passed(path.string());
}

/// What can be asked where the command does not say which configuration it reads.
Answer env_py_beside_versions(const Policy& policy) {
  const auto has_env_py = [](const auto& versions) {
    return std::filesystem::exists(versions.parent_path() / "env.py");
  };
  if (std::ranges::any_of(policy.migrations.versions, has_env_py)) return passed();
  const auto expected = policy.migrations.versions.front().parent_path() / "env.py";
  return refused(expected.string() + " is not there, so these are not the versions of an Alembic environment",
                 "correct migrations.versions");
}

Task<Answer> config(Inspection& inspection) {
  const auto file = alembic_config_file(inspection.policy());
  if (!file) co_return env_py_beside_versions(inspection.policy());
  const auto read = read_alembic_config(*file, alembic_section(inspection.policy()));
  if (const Obstacle* obstacle = std::get_if<Obstacle>(&read)) {
    const Obstacle copy = *obstacle;
    co_return refused(copy.what, copy.fix);
  }
  const auto& settings = std::get<ScriptLocations>(read);
  const auto& project = inspection.policy().project.path;
  for (const std::string& location : settings.version_locations)
    inspection.script_versions.push_back((project / location).lexically_normal());
  Answer answer = passed(file->string());
  if (!settings.in_package) co_return answer;
  answer.advice.push_back("script_location " + settings.script_location +
                          " is inside a Python package; migrations.versions is taken as it is");
  co_return answer;
}

bool same_place(const std::filesystem::path& one, const std::filesystem::path& other) {
  std::error_code ignored;
  return std::filesystem::equivalent(one, other, ignored);
}

Task<Answer> versions(Inspection& inspection) {
  Answer answer;
  const auto& named = inspection.policy().migrations.versions;
  for (const auto& directory : named)
    if (!std::filesystem::is_directory(directory) || ::access(directory.c_str(), R_OK | X_OK) != 0)
      answer.obstacles.push_back(
          {directory.string() + " is no directory that " + our_name() + " may read", "correct migrations.versions"});
  for (const auto& used : inspection.script_versions) {
    const auto same = [&](const auto& directory) { return same_place(directory, used); };
    if (std::ranges::any_of(named, same)) continue;
    answer.obstacles.push_back(
        {"Alembic's configuration reads versions from " + used.string() + ", which migrations.versions does not name",
         "migrations.versions: [" + used.string() + "]"});
  }
  co_return answer;
}

constexpr std::array checks = {
    Check{"user", "", user},
    Check{"project path", "", project_path},
    Check{"command", "project path", command_program},
    Check{"interpreter", "project path", project_interpreter},
    Check{"tool", "interpreter", command_tool},
    Check{"make", "command", make_rule},
    Check{"alembic config", "project path", config},
    Check{"versions", "alembic config", versions},
};

}  // namespace

std::span<const Check> project_checks() {
  return checks;
}

}  // namespace orchestrate::preflight
