#include "cli/password_agent.hpp"

#include <cerrno>
#include <csignal>

#include <fcntl.h>
#include <poll.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

#include "files/descriptor.hpp"

namespace orchestrate::cli {
namespace {

constexpr const char* program = "/usr/bin/pkttyagent";
constexpr int registered_limit = 5000;  // ms
constexpr int told_by = 3;              // the descriptor that it closes when polkit knows it

/// Not with --fallback: polkit asks such a one only in a session of logind, which not every login makes.
[[noreturn]] void become_agent(int ready, pid_t parent) {
  ::prctl(PR_SET_PDEATHSIG, SIGTERM);
  if (ready == told_by)
    ::fcntl(ready, F_SETFD, 0);
  else
    ::dup2(ready, told_by);
  if (::getppid() == parent) ::execl(program, program, "--notify-fd=3", nullptr);
  ::_exit(127);
}

}  // namespace

PasswordAgent::PasswordAgent() {
  if (::geteuid() == 0 || !::isatty(STDIN_FILENO) || ::access(program, X_OK) != 0) return;
  int ends[2];
  if (::pipe2(ends, O_CLOEXEC) != 0) return;
  const files::Descriptor ready(ends[0]);
  files::Descriptor theirs(ends[1]);
  const pid_t we = ::getpid();
  agent_ = ::fork();
  if (agent_ == 0) become_agent(ends[1], we);
  theirs.reset();
  // It closes its end once polkit knows it; without that there is a password less, and polkit's refusal says so.
  pollfd state{.fd = ready.number(), .events = POLLIN, .revents = 0};
  while (::poll(&state, 1, registered_limit) < 0 && errno == EINTR) continue;
}

PasswordAgent::~PasswordAgent() {
  if (agent_ <= 0) return;
  ::kill(agent_, SIGTERM);
  ::kill(agent_, SIGCONT);
  while (::waitpid(agent_, nullptr, 0) < 0 && errno == EINTR) continue;
}

}  // namespace orchestrate::cli
