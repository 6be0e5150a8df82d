#include "backup/together.hpp"

#include <exception>
#include <memory>

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/redirect_error.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/asio/this_coro.hpp>
#include <boost/asio/use_awaitable.hpp>

namespace orchestrate::backup {
namespace {

namespace asio = boost::asio;

/// The timer never runs out: its cancellation wakes who waits.
struct Meeting {
  Meeting(const asio::any_io_executor& executor, std::stop_source source)
      : bell(executor, asio::steady_timer::time_point::max()), over(std::move(source)) {}

  void failed(std::exception_ptr problem) {
    if (!problem || first) return;
    first = std::move(problem);
    over.request_stop();
  }

  asio::steady_timer bell;
  std::stop_source over;
  bool other_ended = false;
  std::exception_ptr first;
};

}  // namespace

Task<> together(Task<> one, Task<> other, std::stop_source over) {
  const auto executor = co_await asio::this_coro::executor;
  const auto meeting = std::make_shared<Meeting>(executor, std::move(over));
  asio::co_spawn(executor, std::move(other), [meeting](std::exception_ptr problem) {
    meeting->failed(problem);
    meeting->other_ended = true;
    meeting->bell.cancel();
  });
  try {
    co_await std::move(one);
  } catch (...) {
    meeting->failed(std::current_exception());
  }
  boost::system::error_code woken;
  if (!meeting->other_ended) co_await meeting->bell.async_wait(asio::redirect_error(asio::use_awaitable, woken));
  if (meeting->first) std::rethrow_exception(meeting->first);
}

}  // namespace orchestrate::backup
