#include "system/clock.hpp"

#include <time.h>

#include <boost/asio/io_context.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/redirect_error.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/asio/use_awaitable.hpp>

#include "orchestrate/error.hpp"

namespace orchestrate::system {
namespace {

class SystemClock : public Clock {
 public:
  explicit SystemClock(boost::asio::io_context& io) : io_(io) {}

  std::chrono::system_clock::time_point now() const override { return std::chrono::system_clock::now(); }

  std::chrono::milliseconds boot() const override {
    timespec since_boot{};
    ::clock_gettime(CLOCK_BOOTTIME, &since_boot);
    const auto exact = std::chrono::seconds(since_boot.tv_sec) + std::chrono::nanoseconds(since_boot.tv_nsec);
    return std::chrono::duration_cast<std::chrono::milliseconds>(exact);
  }

  Task<> sleep(std::chrono::milliseconds duration, std::stop_token stop) override {
    const auto timer = std::make_shared<boost::asio::steady_timer>(io_, duration);
    // A stop may come from another thread, and the timer may be touched on its own thread only. expires_at instead of
    // cancel, because the stop may come before the wait below.
    const std::stop_callback wake(stop, [&io = io_, weak = std::weak_ptr(timer)] {
      boost::asio::post(io, [weak] {
        if (const auto sleeping = weak.lock()) sleeping->expires_at(std::chrono::steady_clock::time_point::min());
      });
    });
    boost::system::error_code cancelled;
    if (!stop.stop_requested())
      co_await timer->async_wait(boost::asio::redirect_error(boost::asio::use_awaitable, cancelled));
    if (stop.stop_requested()) throw Error(ErrorKind::stopped, "wait", "the run was stopped");
  }

 private:
  boost::asio::io_context& io_;
};

}  // namespace

std::unique_ptr<Clock> make_clock(boost::asio::io_context& io) {
  return std::make_unique<SystemClock>(io);
}

}  // namespace orchestrate::system
