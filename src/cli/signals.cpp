#include "cli/signals.hpp"

#include <csignal>

#include <boost/asio/io_context.hpp>
#include <boost/asio/signal_set.hpp>

namespace orchestrate::cli {

struct Signals::Set {
  explicit Set(boost::asio::io_context& io) : signals(io, SIGINT, SIGTERM, SIGHUP) {}

  boost::asio::signal_set signals;
};

Signals::Signals(boost::asio::io_context& io, Interrupt& interrupt) : set_(std::make_shared<Set>(io)) {
  wait(set_, interrupt);
}

Signals::~Signals() {
  set_->signals.clear();
}

/// The handler looks through a weak pointer, since it may already be queued when we go.
void Signals::wait(const std::shared_ptr<Set>& set, Interrupt& interrupt) {
  set->signals.async_wait([weak = std::weak_ptr(set), &interrupt](const boost::system::error_code& error, int) {
    const auto alive = weak.lock();
    if (error || !alive) return;
    interrupt.ask();
    wait(alive, interrupt);
  });
}

}  // namespace orchestrate::cli
