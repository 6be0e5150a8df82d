#include "stages/beside.hpp"

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/redirect_error.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/asio/this_coro.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <exception>
#include <memory>
#include <optional>

namespace orchestrate {
namespace {

namespace asio = boost::asio;

/// Rings when the companion has ended.
struct Bell {
  explicit Bell(const asio::any_io_executor& executor)
      : timer(executor, std::chrono::steady_clock::time_point::max()) {}
  asio::steady_timer timer;
  bool rung = false;
  std::exception_ptr problem;

  void ring(std::exception_ptr thrown) {
    rung = true;
    problem = std::move(thrown);
    timer.cancel();
  }
};

}  // namespace

Task<Exit> beside(Task<Exit> work, Task<> companion, std::stop_source over) {
  const auto executor = co_await asio::this_coro::executor;
  const auto bell = std::make_shared<Bell>(executor);
  asio::co_spawn(executor, std::move(companion), [bell](std::exception_ptr thrown) { bell->ring(std::move(thrown)); });

  std::optional<Exit> exit;
  std::exception_ptr problem;
  try {
    exit = co_await std::move(work);
  } catch (...) {
    problem = std::current_exception();  // once the companion has ended, it goes on
  }
  over.request_stop();
  boost::system::error_code woken;
  if (!bell->rung) co_await bell->timer.async_wait(asio::redirect_error(asio::use_awaitable, woken));
  if (problem) std::rethrow_exception(problem);
  if (bell->problem) std::rethrow_exception(bell->problem);
  co_return std::move(*exit);
}

}  // namespace orchestrate
