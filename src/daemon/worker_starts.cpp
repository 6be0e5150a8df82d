#include "daemon/worker_starts.hpp"

#include <algorithm>
#include <chrono>

#include <fmt/format.h>
#include <boost/asio/steady_timer.hpp>
#include <boost/asio/this_coro.hpp>
#include <boost/asio/use_awaitable.hpp>

#include "bus/refusal.hpp"
#include "orchestrate/app.hpp"
#include "orchestrate/error.hpp"
#include "orchestrate/exit_code.hpp"
#include "request/request_file.hpp"
#include "request/worker_words.hpp"

namespace orchestrate::daemon {
namespace {

constexpr auto look_interval = std::chrono::milliseconds(100);
constexpr int most_looks = 50;

/// While it lives nobody else may write the app's request.
class Turn {
 public:
  Turn(std::set<std::string>& taken, const std::string& app) : taken_(taken), app_(app) {
    if (!taken_.insert(app).second) throw busy(app, "its worker is being started for another");
  }
  ~Turn() {
    std::error_code none;
    std::filesystem::remove(request_file(requests_directory, app_, RequestFile::to_act), none);
    taken_.erase(app_);
  }
  Turn(const Turn&) = delete;
  Turn& operator=(const Turn&) = delete;

  static bus::Refused busy(const std::string& app, const std::string& why) {
    return {exit_code(ErrorKind::busy), "lock " + app + ": " + why + "; wait for it: orchestrate status " + app};
  }

 private:
  std::set<std::string>& taken_;
  std::string app_;
};

/// What it said, or that it could not even say something.
bus::Refused refusal_of(const std::string& app, const std::string& words, const bus::WorkerState& state,
                        const std::string& job_result) {
  constexpr int highest_of_ours = 78;
  const bool spoke = !words.empty() && state.exit_status > 0 && state.exit_status <= highest_of_ours;
  if (spoke) return {state.exit_status, words};
  const std::string unit = worker_unit(app);
  return {exit_code(ErrorKind::failed),
          fmt::format("start {}: its job ended with {}, its process with status {}; look at its log: journalctl -u {}",
                      unit, job_result, state.exit_status, unit)};
}

}  // namespace

/// A worker lives a moment longer than its run, and whoever saw that end may begin the next one.
Task<bus::WorkerState> WorkerStarts::state_after_last_run(std::string app) const {
  boost::asio::steady_timer timer(co_await boost::asio::this_coro::executor);
  for (int looks = 1;; ++looks) {
    const bus::WorkerState state = co_await workers_.state(app);
    if (!state.is_running() || looks == most_looks || ledgers_.unfinished(app)) co_return state;
    timer.expires_after(look_interval);
    co_await timer.async_wait(boost::asio::use_awaitable);
  }
}

Task<> WorkerStarts::start(Request request) {
  const Turn turn(starting_, request.app);
  workers_.watch(request.app);
  const bus::WorkerState before = co_await state_after_last_run(request.app);
  if (before.is_running()) throw Turn::busy(request.app, "its worker runs");
  write_request(request_file(requests_directory, request.app, RequestFile::to_act), request);
  const std::string result = co_await workers_.start(request.app);
  if (result == "done") co_return;
  const bus::WorkerState after = co_await workers_.state(request.app);
  throw refusal_of(request.app, read_words(ledgers_.directory(request.app), request.run), after, result);
}

}  // namespace orchestrate::daemon
