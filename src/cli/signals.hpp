#pragma once

#include <csignal>
#include <memory>

#include <boost/asio/io_context.hpp>
#include <boost/asio/signal_set.hpp>

#include "engine/interrupt.hpp"

namespace orchestrate::cli {

/// The first INT, TERM or HUP (the terminal went away) asks, each further one insists.
class Signals {
 public:
  Signals(boost::asio::io_context& io, Interrupt& interrupt)
      : set_(std::make_shared<boost::asio::signal_set>(io, SIGINT, SIGTERM, SIGHUP)) {
    wait(set_, interrupt);
  }
  ~Signals() { set_->clear(); }
  Signals(const Signals&) = delete;
  Signals& operator=(const Signals&) = delete;

 private:
  using Set = std::shared_ptr<boost::asio::signal_set>;

  /// The handler looks through a weak pointer, since it may already be queued when we go.
  static void wait(const Set& set, Interrupt& interrupt) {
    set->async_wait([weak = std::weak_ptr(set), &interrupt](const boost::system::error_code& error, int) {
      const Set alive = weak.lock();
      if (error || !alive) return;
      interrupt.ask();
      wait(alive, interrupt);
    });
  }

  Set set_;
};

}  // namespace orchestrate::cli
