#pragma once

#include <functional>

namespace orchestrate {

/// SIGINT, SIGTERM or a cancel, asked for once or, insisting, again. What it may end is the engine's decision.
class Interrupt {
 public:
  void ask() {
    ++times_;
    if (on_ask) on_ask();
  }
  int times() const { return times_; }

  std::function<void()> on_ask;

 private:
  int times_ = 0;
};

}  // namespace orchestrate
