#include "daemon/recovery.hpp"

#include <unistd.h>

#include <chrono>

#include <fmt/format.h>
#include <boost/asio/io_context.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/asio/use_awaitable.hpp>

#include "orchestrate/error.hpp"
#include "orchestrate/exit_code.hpp"

namespace orchestrate::daemon {
namespace {

using namespace std::chrono_literals;

constexpr int most_attempts = 3;
constexpr auto pause = 10s;
constexpr int unreachable = exit_code(ErrorKind::unreachable);

}  // namespace

Task<> Recovery::look_after(std::string app) {
  if (!looking_.insert(app).second) co_return;
  try {
    co_await recover(app);
  } catch (const std::exception& error) {
    fmt::print(stderr, "look after {}: {}\n", app, error.what());
  }
  looking_.erase(app);
}

int Recovery::attempts(const Run& run) const {
  const auto refused = refused_.find(run.id);
  return run.recoveries + (refused == refused_.end() ? 0 : refused->second);
}

Task<> Recovery::recover(std::string app) {
  for (;;) {
    const auto run = ledgers_.unfinished(app);
    if (!run || !run->created.unit) co_return;
    if (attempts(*run) >= most_attempts) {
      fmt::print(stderr, "run {}: {} workers could not bring it to its end; next: orchestrate resume {}\n", run->id,
                 most_attempts, run->id);
      abandoned_(*run);
      co_return;
    }
    const bus::WorkerState worker = co_await workers_.state(app);
    if (worker.is_running()) co_return;
    Request request{.app = app, .verb = "recover", .run = run->id, .uid = ::getuid(), .id = {}};
    fmt::print(stderr, "run {}: its worker is gone; another one brings it to its end\n", run->id);
    const auto refusal = co_await refusal_of(std::move(request));
    if (!refusal) co_return;  // its end is heard of
    fmt::print(stderr, "run {}: {}\n", run->id, refusal->what());
    if (refusal->exit_code() != unreachable) ++refused_[run->id];  // a database that is down is not the run's fault
    boost::asio::steady_timer timer(connection_.io(), pause);
    co_await timer.async_wait(boost::asio::use_awaitable);
  }
}

/// Why the worker did not take it.
Task<std::optional<bus::Refused>> Recovery::refusal_of(Request request) {
  try {
    co_await starts_.start(std::move(request));
    co_return std::nullopt;
  } catch (const bus::Refused& refused) {
    co_return refused;
  } catch (const Error& error) {
    co_return bus::Refused(exit_code(error.kind()), error.what());
  }
}

}  // namespace orchestrate::daemon
