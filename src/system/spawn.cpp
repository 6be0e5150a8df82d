#include "system/spawn.hpp"

#include <fcntl.h>
#include <fmt/format.h>
#include <linux/close_range.h>
#include <signal.h>
#include <sys/prctl.h>
#include <sys/stat.h>
#include <sys/wait.h>

#include <boost/process/child.hpp>
#include <boost/process/error.hpp>
#include <boost/process/extend.hpp>

#include "orchestrate/error.hpp"
#include "system/descriptor.hpp"

namespace orchestrate::system {
namespace {

// What a login shell would give. Files that a migration or git leaves in the checkout must look as if the user had made
// them; our own files are private by mode, not by umask.
constexpr mode_t child_umask = 022;
constexpr std::string_view default_path = "/usr/local/bin:/usr/bin:/bin";

[[noreturn]] void cannot_start(const Command& command, std::string why, std::string hint = {}) {
  const std::string& name = command.argv.empty() ? "a command" : command.argv.front();
  throw Error(ErrorKind::failed, "start " + name, std::move(why), std::move(hint));
}

std::string_view search_path(const Command& command) {
  for (const auto& [name, value] : command.environment)
    if (name == "PATH") return value.reveal();
  return default_path;
}

/// The file to execute. As a shell does it: a name with a slash is taken as it is, seen from the child's directory;
/// another one is looked up in the child's own PATH.
std::string program_file(const Command& command) {
  if (command.argv.empty() || command.argv.front().empty()) cannot_start(command, "it has no name");
  const std::string& name = command.argv.front();
  if (name.find('/') != std::string::npos) return name;
  const std::string_view path = search_path(command);
  for (std::size_t at = 0; at <= path.size();) {
    const std::size_t end = std::min(path.find(':', at), path.size());
    std::string file = fmt::format("{}/{}", path.substr(at, end - at), name);
    if (end > at && ::access(file.c_str(), X_OK) == 0) return file;
    at = end + 1;
  }
  cannot_start(command, fmt::format("no such program in PATH ({})", path), "install it or name its full path");
}

Descriptor open_directory(const Command& command) {
  const std::string directory = command.directory.empty() ? "/" : command.directory.string();
  Descriptor opened(::open(directory.c_str(), O_PATH | O_DIRECTORY | O_CLOEXEC));
  if (!opened || ::faccessat(AT_FDCWD, directory.c_str(), X_OK, AT_EACCESS) != 0)
    cannot_start(command, fmt::format("its directory {}: {}", directory, system_reason(errno)));
  return opened;
}

/// Everything execve wants, made before the fork: the child of a process with threads may not allocate.
struct Image {
  std::string file;
  std::vector<std::string> environment;
  std::vector<char*> argv_pointers, environment_pointers;
};

Image image_of(const Command& command) {
  Image image{.file = program_file(command)};
  for (const auto& [name, value] : command.environment) image.environment.push_back(name + "=" + value.reveal());
  for (const std::string& word : command.argv) image.argv_pointers.push_back(const_cast<char*>(word.c_str()));
  for (std::string& entry : image.environment) image.environment_pointers.push_back(entry.data());
  image.argv_pointers.push_back(nullptr);
  image.environment_pointers.push_back(nullptr);
  return image;
}

/// Runs in the child between fork and exec: async-signal-safe calls only.
void prepare_child(const ChildDescriptors& descriptors, int directory, pid_t parent) {
  for (int number = 1; number < NSIG; ++number) ::signal(number, SIG_DFL);
  sigset_t none;
  ::sigemptyset(&none);
  ::sigprocmask(SIG_SETMASK, &none, nullptr);
  ::prctl(PR_SET_PDEATHSIG, SIGKILL);
  if (::getppid() != parent) ::_exit(127);  // we died before the line above
  ::setsid();
  ::umask(child_umask);
  // The parent has checked directory and descriptors, so a failure here is the kernel out of memory.
  if (::fchdir(directory) != 0) ::_exit(127);
  if (::dup2(descriptors.in, 0) < 0 || ::dup2(descriptors.out, 1) < 0 || ::dup2(descriptors.err, 2) < 0) ::_exit(127);
  ::close_range(3, ~0U, CLOSE_RANGE_CLOEXEC);  // also guards against a library that forgot O_CLOEXEC
  if (descriptors.lock) ::fcntl(*descriptors.lock, F_SETFD, 0);
}

/// Hooks into Boost.Process, which forks, executes and brings the reason of a failed exec home.
struct Preparation : boost::process::extend::handler {
  Image& image;
  const ChildDescriptors& descriptors;
  int directory;
  pid_t parent = ::getpid();

  Preparation(Image& what, const ChildDescriptors& given, int where)
      : image(what), descriptors(given), directory(where) {}

  template <class Executor>
  void on_setup(Executor& executor) const {
    executor.exe = image.file.c_str();
    executor.cmd_line = image.argv_pointers.data();
    executor.env = image.environment_pointers.data();
  }
  template <class Executor>
  void on_exec_setup(Executor&) const {
    prepare_child(descriptors, directory, parent);
  }
  template <class Executor>
  void on_error(Executor& executor, const std::error_code&) const {
    if (executor.pid > 0) ::waitpid(executor.pid, nullptr, 0);  // Boost 1.74 leaves it a zombie
  }
};

}  // namespace

pid_t spawn(const Command& command, const ChildDescriptors& descriptors) {
  const Descriptor directory = open_directory(command);
  Image image = image_of(command);
  std::error_code problem;
  boost::process::child child(Preparation(image, descriptors, directory.get()), problem);
  if (problem) {
    const bool missing = problem.value() == ENOENT;
    cannot_start(command, system_reason(problem.value()),
                 missing ? "check the path, and the interpreter in the first line of a script" : "");
  }
  child.detach();  // we wait for it by its pid
  return child.id();
}

}  // namespace orchestrate::system
