#include "bus/connection.hpp"

#include <poll.h>
#include <sdbus-c++/sdbus-c++.h>

#include <chrono>

#include <boost/asio/io_context.hpp>
#include <boost/asio/posix/stream_descriptor.hpp>
#include <boost/asio/steady_timer.hpp>

#include "bus/dialect.hpp"
#include "orchestrate/error.hpp"

namespace orchestrate::bus {
namespace {

std::unique_ptr<sdbus::IConnection> opened() {
  try {
    return sdbus::createSystemBusConnection();
  } catch (const sdbus::Error& error) {
    throw Error(ErrorKind::unreachable, "reach the system bus", error.getMessage(), "is dbus.service running?");
  }
}

}  // namespace

/// Its handlers hold it weakly: they may still be queued when the connection goes.
class Connection::Loop : public std::enable_shared_from_this<Loop> {
 public:
  Loop(boost::asio::io_context& io, sdbus::IConnection& connection)
      : connection_(connection), descriptor_(io, connection.getEventLoopPollData().fd), timer_(io) {}
  ~Loop() { descriptor_.release(); }  // sdbus closes it

  void turn() {
    try {
      while (handle_one(connection_)) continue;
      arm();
    } catch (const sdbus::Error& error) {
      throw Error(ErrorKind::unreachable, "listen to the system bus", error.getMessage());
    }
  }

  /// The timer comes at once, since what was sent may have been answered while it was being sent: then it waits in
  /// sdbus, and the descriptor stays silent.
  void soon() { wake_after(std::chrono::milliseconds(0)); }

 private:
  using Descriptor = boost::asio::posix::stream_descriptor;

  void arm() {
    const auto wanted = connection_.getEventLoopPollData();
    wait(Descriptor::wait_read, reading_);
    if ((wanted.events & POLLOUT) != 0) wait(Descriptor::wait_write, writing_);
    const int milliseconds = wanted.getPollTimeout();
    if (milliseconds < 0)
      timer_.cancel();
    else
      wake_after(std::chrono::milliseconds(milliseconds));
  }

  void wait(Descriptor::wait_type what, bool& waiting) {
    if (waiting) return;
    waiting = true;
    descriptor_.async_wait(what, [weak = weak_from_this(), &waiting](const boost::system::error_code& error) {
      const auto alive = weak.lock();
      if (!alive) return;
      waiting = false;
      if (!error) alive->turn();
    });
  }

  void wake_after(std::chrono::milliseconds time) {
    timer_.expires_after(time);
    timer_.async_wait([weak = weak_from_this()](const boost::system::error_code& error) {
      const auto alive = weak.lock();
      if (alive && !error) alive->turn();
    });
  }

  sdbus::IConnection& connection_;
  Descriptor descriptor_;
  boost::asio::steady_timer timer_;
  bool reading_ = false, writing_ = false;
};

Connection::Connection(boost::asio::io_context& io)
    : io_(io), connection_(opened()), loop_(std::make_shared<Loop>(io, *connection_)) {
  loop_->soon();
}

Connection::~Connection() = default;

void Connection::own(const std::string& name) {
  try {
    request_name(*connection_, name);
  } catch (const sdbus::Error& error) {
    throw Error(ErrorKind::failed, "take the bus name " + name, error.getMessage(),
                "is another orchestrated running, and is its D-Bus policy installed?");
  }
}

void Connection::sent() {
  loop_->soon();
}

}  // namespace orchestrate::bus
