#include "system/command.hpp"

#include <fcntl.h>
#include <signal.h>
#include <sys/prctl.h>
#include <unistd.h>

#include "orchestrate/error.hpp"
#include "system/child.hpp"
#include "system/ending.hpp"

namespace orchestrate::system {
namespace {

constexpr std::chrono::seconds stray_grace{2};

/// Else a pipe of ours could get one of these numbers, and a child's dup2 would close it.
void open_standard_descriptors() {
  int opened = ::open("/dev/null", O_RDWR | O_CLOEXEC);
  while (opened >= 0 && opened <= 2) opened = ::open("/dev/null", O_RDWR | O_CLOEXEC);
  if (opened >= 0) ::close(opened);
}

class Children : public Commands {
 public:
  Children(boost::asio::io_context& io, Redactor redact, std::optional<int> lock)
      : io_(io), household_(std::make_shared<Household>(Household{std::move(redact), lock, {}})) {}

  Task<Exit> run(Command command, std::stop_token stop) override {
    command.piped = false;
    const auto child = start(std::move(command), std::move(stop));
    co_return co_await child->wait();
  }

  std::unique_ptr<Process> start(Command command, std::stop_token stop) override {
    if (stop.stop_requested())
      throw Error(ErrorKind::stopped, "start " + (command.argv.empty() ? "a command" : command.argv.front()),
                  "the run was stopped before");
    return start_child(io_, household_, std::move(command), std::move(stop));
  }

  Task<std::size_t> end_strays() override {
    std::set<ProcessId> met;
    const auto kill_at = std::chrono::steady_clock::now() + stray_grace;
    const std::function<std::set<ProcessId>()> strays = [household = household_, &met] {
      const ProcessTable table = process_table();
      household->family.reap(table);
      const auto found = household->family.strays(table);
      met.insert(found.begin(), found.end());
      return found;
    };
    const std::function<bool()> grace_is_over = [kill_at] { return std::chrono::steady_clock::now() >= kill_at; };
    co_await end_processes(strays, grace_is_over);
    co_return met.size();
  }

 private:
  boost::asio::io_context& io_;
  std::shared_ptr<Household> household_;
};

}  // namespace

std::unique_ptr<Commands> make_commands(boost::asio::io_context& io, Redactor redact, std::optional<int> lock) {
  if (::prctl(PR_SET_CHILD_SUBREAPER, 1) != 0)
    throw Error(ErrorKind::failed, "become the reaper of escaped children", system_reason(errno));
  ::signal(SIGPIPE, SIG_IGN);
  open_standard_descriptors();
  return std::make_unique<Children>(io, std::move(redact), lock);
}

}  // namespace orchestrate::system
