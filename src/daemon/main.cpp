#include <csignal>
#include <cstdio>
#include <exception>
#include <string_view>
#include <utility>  // Boost 1.74: awaitable.hpp uses std::exchange without including it

#include <fmt/format.h>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/detached.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/signal_set.hpp>

#include "bus/connection.hpp"
#include "bus/published.hpp"
#include "bus/workers.hpp"
#include "daemon/ledgers.hpp"
#include "daemon/manager.hpp"
#include "daemon/recovery.hpp"
#include "daemon/rights.hpp"
#include "daemon/runs.hpp"
#include "daemon/watchdog.hpp"
#include "daemon/worker_starts.hpp"
#include "orchestrate/error.hpp"
#include "orchestrate/version.hpp"
#include "system/notify.hpp"

namespace orchestrate::daemon {
namespace {

/// Everything, on one thread.
class Daemon {
 public:
  explicit Daemon(boost::asio::io_context& io)
      : io_(io),
        connection_(io),
        ledgers_(state_base),
        rights_(connection_),
        workers_(connection_, [this](const auto& app, const auto& state) { worker_changed(app, state); }),
        starts_(ledgers_, workers_),
        runs_(connection_, ledgers_, rights_, workers_),
        recovery_(connection_, ledgers_, workers_, starts_, [this](const Run& run) { runs_.abandon(run); }),
        manager_(ledgers_, rights_, starts_, runs_),
        published_(bus::publish_manager(connection_, manager_, std::string(version))) {}

  /// What goes on already is followed, what died while nobody looked is looked after.
  Task<> begin() {
    co_await workers_.subscribe();
    for (const std::string& app : ledgers_.apps()) co_await begin(app);
    connection_.own(bus::bus_name);
    system::notify("READY=1");
  }

 private:
  /// What is wrong with one app is told, and stops no other.
  Task<> begin(std::string app) {
    try {
      workers_.watch(app);
      const bus::WorkerState state = co_await workers_.state(app);
      worker_changed(app, state);
    } catch (const std::exception& error) {
      fmt::print(stderr, "follow {}: {}\n", app, error.what());
    }
  }

  void worker_changed(const std::string& app, const bus::WorkerState& state) {
    try {
      runs_.worker_changed(app, state);
    } catch (const std::exception& error) {
      fmt::print(stderr, "follow {}: {}\n", app, error.what());
    }
    if (!state.is_running()) boost::asio::co_spawn(io_, recovery_.look_after(app), boost::asio::detached);
  }

  boost::asio::io_context& io_;
  bus::Connection connection_;
  Ledgers ledgers_;
  Rights rights_;
  bus::Workers workers_;
  WorkerStarts starts_;
  Runs runs_;
  Recovery recovery_;
  Manager manager_;
  std::unique_ptr<bus::Published> published_;
};

/// What still waits is not taken apart: a coroutine's frame would be destroyed with the io_context, behind the objects
/// that it refers to. All that lasts is in ledgers, and the bus hears that we are gone.
[[noreturn]] void end(int code) {
  system::notify("STOPPING=1");
  std::_Exit(code);
}

[[noreturn]] void run() {
  boost::asio::io_context io(1);
  boost::asio::signal_set signals(io, SIGTERM, SIGINT);
  signals.async_wait([&](const boost::system::error_code&, int) { io.stop(); });
  Daemon daemon(io);
  const Watchdog watchdog(io);
  boost::asio::co_spawn(io, daemon.begin(), [](std::exception_ptr error) {
    if (error) std::rethrow_exception(error);
  });
  try {
    io.run();
  } catch (const std::exception& error) {
    std::fprintf(stderr, "orchestrated: %s\n", error.what());
    end(1);
  }
  end(0);
}

}  // namespace
}  // namespace orchestrate::daemon

int main(int argc, char** argv) {
  if (argc == 2 && std::string_view(argv[1]) == "--version") {
    fmt::print("{}\n", orchestrate::version);
    return 0;
  }
  if (argc > 1) {
    std::fputs("usage: orchestrated [--version]; it is started by systemd: systemctl start orchestrated\n", stderr);
    return 2;
  }
  try {
    orchestrate::daemon::run();
  } catch (const std::exception& error) {
    std::fprintf(stderr, "orchestrated: %s\n", error.what());
    return 1;
  }
}
