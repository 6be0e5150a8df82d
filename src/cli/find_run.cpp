#include "cli/find_run.hpp"

#include <cerrno>

#include <unistd.h>

#include "bus/daemon_client.hpp"
#include "bus/refusal.hpp"
#include "cli/password_agent.hpp"
#include "cli/place.hpp"
#include "ledger/open.hpp"
#include "orchestrate/error.hpp"
#include "orchestrate/exit_code.hpp"

namespace orchestrate::cli {
namespace {

namespace fs = std::filesystem;

bool is_closed_to_us(const fs::path& directory) {
  return ::access(directory.c_str(), R_OK | X_OK) != 0 && errno == EACCES;
}

Error error_of(const bus::Refused& refused) {
  const bool denied = refused.exit_code() == exit_code(ErrorKind::denied);
  return {denied ? ErrorKind::denied : ErrorKind::unreachable, "ask orchestrated", refused.what()};
}

class ToldByDaemon final : public RunHistory {
 public:
  ToldByDaemon(std::unique_ptr<bus::DaemonClient> daemon, std::string app, std::unique_ptr<PasswordAgent> agent)
      : daemon_(std::move(daemon)), app_(std::move(app)), agent_(std::move(agent)) {}

  std::vector<Event> events(const std::string& run) const override {
    std::vector<Event> events;
    try {
      for (const std::string& text : daemon_->events(daemon_->get_run(run), 0))
        events.push_back(event_from_json(parse_json(text)));
    } catch (const bus::Refused& refused) {
      if (refused.exit_code() != exit_code(ErrorKind::usage)) throw error_of(refused);
    }
    return events;
  }

  std::vector<std::string> runs(std::size_t limit) const override {
    try {
      return daemon_->runs(app_, limit);
    } catch (const bus::Refused& refused) {
      throw error_of(refused);
    }
  }

 private:
  std::unique_ptr<bus::DaemonClient> daemon_;
  std::string app_;
  std::unique_ptr<PasswordAgent> agent_;
};

/// Throws Error (`denied`) where there is no daemon to be asked instead.
std::unique_ptr<bus::DaemonClient> daemon_instead(const std::string& doing) {
  auto daemon = bus::DaemonClient::open();
  if (daemon) return daemon;
  throw Error(ErrorKind::denied, doing, "it is closed to you, and no orchestrated can be asked", "use sudo");
}

}  // namespace

std::unique_ptr<Ledger> open_for_reading(const fs::path& state_directory) {
  return open_ledger(state_directory, LedgerAccess::read, Redactor());
}

std::unique_ptr<RunHistory> history_of(const std::string& app, const Arguments& arguments) {
  const fs::path directory = state_directory(app, arguments);
  if (!fs::exists(directory)) return nullptr;
  if (!is_closed_to_us(directory)) return open_for_reading(directory);
  auto daemon = daemon_instead("read the runs of " + app);
  // Whoever looks at all apps is not asked for a password for each.
  auto agent = arguments.app.empty() ? nullptr : std::make_unique<PasswordAgent>();
  return std::make_unique<ToldByDaemon>(std::move(daemon), app, std::move(agent));
}

bus::StageLog log_by_daemon(const std::string& run, const std::string& stage) {
  const auto daemon = daemon_instead("read the logs of run " + run);
  const PasswordAgent agent;
  try {
    return daemon->log(daemon->get_run(run), stage);
  } catch (const bus::Refused& refused) {
    throw error_of(refused);
  }
}

Found find_run(const Arguments& arguments) {
  bool closed = false;
  for (const fs::path& directory : state_directories(arguments)) {
    if (is_closed_to_us(directory)) {
      closed = true;
      continue;
    }
    auto events = open_for_reading(directory)->events(arguments.run);
    if (!events.empty()) return {directory, std::move(events)};
  }
  if (closed) {
    const ToldByDaemon history(daemon_instead("find run " + arguments.run), {}, std::make_unique<PasswordAgent>());
    auto events = history.events(arguments.run);
    if (!events.empty()) return {{}, std::move(events)};
  }
  throw Error(ErrorKind::usage, "find run " + arguments.run, "no ledger on this host knows it",
              "orchestrate history APP lists an app's runs");
}

}  // namespace orchestrate::cli
