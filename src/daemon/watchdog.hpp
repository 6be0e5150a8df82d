#pragma once

#include <chrono>
#include <memory>

namespace boost::asio {
class io_context;
}

namespace orchestrate::daemon {

/// Tells systemd, as often as it wants to hear it, that the event loop turns. Nothing where it does not.
class Watchdog {
 public:
  explicit Watchdog(boost::asio::io_context& io);
  ~Watchdog();
  Watchdog(const Watchdog&) = delete;
  Watchdog& operator=(const Watchdog&) = delete;

 private:
  struct Timer;
  std::unique_ptr<Timer> timer_;
};

}  // namespace orchestrate::daemon
