#include "daemon/recovery.hpp"

#include <unistd.h>

#include <chrono>

#include <fmt/format.h>
#include <boost/asio/io_context.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/asio/use_awaitable.hpp>

#include "bus/refusal.hpp"
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

bool Recovery::may_try(const Run& run) const {
  if (!run.created.unit) return false;
  const auto refused = refused_.find(run.id);
  const int attempts = run.recoveries + (refused == refused_.end() ? 0 : refused->second);
  if (attempts < most_attempts) return true;
  fmt::print(stderr, "run {}: {} workers could not bring it to its end; next: orchestrate resume {}\n", run.id,
             attempts, run.id);
  return false;
}

Task<> Recovery::recover(std::string app) {
  for (;;) {
    const auto run = ledgers_.unfinished(app);
    if (!run || !may_try(*run)) co_return;
    const bus::WorkerState worker = co_await workers_.state(app);
    if (worker.is_running()) co_return;
    Request request{.app = app, .verb = "recover", .run = run->id, .uid = ::getuid(), .id = {}};
    std::string refusal;
    try {
      fmt::print(stderr, "run {}: its worker is gone; another one brings it to its end\n", run->id);
      co_await starts_.start(std::move(request));
      co_return;
    } catch (const bus::Refused& error) {
      refusal = error.what();
      if (error.exit_code() == unreachable) --refused_[run->id];  // a database that is down is not the run's fault
    } catch (const Error& error) {
      refusal = error.what();
    }
    fmt::print(stderr, "run {}: {}\n", run->id, refusal);
    ++refused_[run->id];
    boost::asio::steady_timer timer(connection_.io(), pause);
    co_await timer.async_wait(boost::asio::use_awaitable);
  }
}

}  // namespace orchestrate::daemon
