#include "daemon/watchdog.hpp"

#include <boost/asio/io_context.hpp>
#include <boost/asio/steady_timer.hpp>

#include "system/notify.hpp"

namespace orchestrate::daemon {

struct Watchdog::Timer {
  Timer(boost::asio::io_context& io, std::chrono::microseconds every) : timer(io), interval(every) { feed(); }

  void feed() {
    system::notify("WATCHDOG=1");
    timer.expires_after(interval);
    timer.async_wait([this](const boost::system::error_code& error) {
      if (!error) feed();
    });
  }

  boost::asio::steady_timer timer;
  std::chrono::microseconds interval;
};

Watchdog::Watchdog(boost::asio::io_context& io) {
  if (const auto limit = system::watchdog_limit()) timer_ = std::make_unique<Timer>(io, *limit / 2);
}

Watchdog::~Watchdog() = default;

}  // namespace orchestrate::daemon
