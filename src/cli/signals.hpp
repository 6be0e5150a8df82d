#pragma once

#include <memory>

#include "engine/interrupt.hpp"

namespace boost::asio {
class io_context;
}

namespace orchestrate::cli {

/// The first INT, TERM or HUP (the terminal went away) asks, each further one insists.
class Signals {
 public:
  Signals(boost::asio::io_context& io, Interrupt& interrupt);
  ~Signals();
  Signals(const Signals&) = delete;
  Signals& operator=(const Signals&) = delete;

 private:
  struct Set;
  static void wait(const std::shared_ptr<Set>& set, Interrupt& interrupt);

  std::shared_ptr<Set> set_;
};

}  // namespace orchestrate::cli
