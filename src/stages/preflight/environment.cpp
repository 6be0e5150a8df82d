#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <variant>

#include "orchestrate/error.hpp"
#include "stages/preflight/check.hpp"

namespace orchestrate::preflight {
namespace {

/// The values themselves were read when the policy was loaded, perhaps with root's right.
Task<Answer> env_file(Inspection& inspection) {
  const auto& file = inspection.policy().project.env_file;
  if (!file) co_return passed();
  const std::string path = file->path.string();
  struct stat entry{};
  if (::stat(path.c_str(), &entry) != 0 && errno == ENOENT)
    co_return refused(path + " is not there any more", "correct project.env_file.path");
  if (file->dialect == Dialect::app && ::access(path.c_str(), R_OK) != 0)
    co_return refused(
        path + " cannot be read by " + inspection.policy().project.user + ", and the application loads it itself",
        "chgrp " + inspection.policy().project.user + " " + path + " && chmod g+r " + path);
  Answer answer = passed(path);
  if ((entry.st_mode & S_IROTH) != 0 && !inspection.application().database.password.empty())
    answer.advice.push_back(path + " holds a password and everybody on this host may read it: chmod o-rwx " + path);
  co_return answer;
}

/// Whether the database's address is made from the variable: then service and migration would go different ways.
bool decides_the_database(const Policy& policy, const std::string& variable) {
  const std::string reference = "${" + variable + "}";
  const auto mentions = [&](const UrlTemplate& url) {
    if (const auto* text = std::get_if<std::string>(&url.form)) return text->find(reference) != std::string::npos;
    const auto& parts = std::get<UrlTemplate::Parts>(url.form);
    return (parts.user + parts.password + parts.host + parts.port + parts.name).find(reference) != std::string::npos;
  };
  const Migrations& migrations = policy.migrations;
  return mentions(migrations.database_url) || (migrations.direct_url && mentions(*migrations.direct_url));
}

/// What the application does not load without: found here, before anything runs.
Task<Answer> required_settings(Inspection& inspection) {
  const Project& project = inspection.policy().project;
  if (!project.env_file && !project.required_settings.empty())
    co_return refused(project.required_settings.front() + " is not set, for the policy names no env file",
                      "add project.env_file to the policy");
  Answer answer;
  for (const std::string& name : project.required_settings) {
    const auto& environment = inspection.application().environment;
    const auto found = std::ranges::find(environment, name, &Environment::value_type::first);
    if (found != environment.end() && !found->second.empty()) continue;
    const std::string what = found == environment.end() ? " is not set in " : " is empty in ";
    answer.obstacles.push_back({name + what + project.env_file->path.string(), "add a line " + name + "=... there"});
  }
  co_return answer;
}

/// What a shell, systemd and python-dotenv would not all read alike.
Task<Answer> env_readers(Inspection& inspection) {
  Answer answer;
  for (const EnvDifference& difference : inspection.application().env_differences) {
    const std::string place =
        inspection.policy().project.env_file->path.string() + ":" + std::to_string(difference.line);
    const std::string what = place + ": " + difference.name + ": " + difference.difference;
    if (decides_the_database(inspection.policy(), difference.name))
      answer.obstacles.push_back({what, "write the value so that all read it alike: single quotes, one line"});
    else
      answer.advice.push_back(what);
  }
  co_return answer;
}

constexpr std::array checks = {Check{"env file", "", env_file}, Check{"settings", "", required_settings},
                               Check{"env readers", "", env_readers}};

}  // namespace

std::span<const Check> environment_checks() {
  return checks;
}

}  // namespace orchestrate::preflight
