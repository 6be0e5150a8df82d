#include <sys/stat.h>
#include <unistd.h>

#include <array>
#include <cerrno>

#include "orchestrate/error.hpp"
#include "stages/preflight/check.hpp"

namespace orchestrate::preflight {
namespace {

/// The values themselves were read when the policy was loaded, perhaps with root's right.
Task<Answer> env_file(Inspection& inspection) {
  const auto& file = inspection.policy().project.env_file;
  if (!file) co_return passed();
  const std::string path = file->path.string();
  struct stat entry {};
  if (::stat(path.c_str(), &entry) != 0 && errno == ENOENT)
    co_return refused(path + " is not there any more", "correct project.env_file.path");
  if (file->dialect == Dialect::app && ::access(path.c_str(), R_OK) != 0)
    co_return refused(
        path + " cannot be read by " + inspection.policy().project.user + ", and the application loads it itself",
        "chgrp " + inspection.policy().project.user + " " + path + " && chmod g+r " + path);
  Answer answer;
  if ((entry.st_mode & S_IROTH) != 0 && !inspection.application().database.password.empty())
    answer.advice.push_back(path + " holds a password and everybody on this host may read it: chmod o-rwx " + path);
  co_return answer;
}

constexpr std::array checks = {Check{"env file", "", env_file}};

}  // namespace

std::span<const Check> environment_checks() {
  return checks;
}

}  // namespace orchestrate::preflight
