#pragma once

#include <chrono>
#include <functional>
#include <map>

#include "orchestrate/error.hpp"
#include "orchestrate/ports.hpp"

namespace orchestrate {

/// Time that passes only while somebody sleeps, with what happens when.
class WrittenClock final : public Clock {
 public:
  std::multimap<std::chrono::milliseconds, std::function<void()>> happens;

  std::chrono::system_clock::time_point now() const override { return std::chrono::system_clock::time_point(passed_); }
  std::chrono::milliseconds boot() const override { return passed_; }
  Task<> sleep(std::chrono::milliseconds duration, std::stop_token stop) override {
    if (stop.stop_requested()) throw Error(ErrorKind::stopped, "sleep", "stopped");
    passed_ += duration;
    for (auto next = happens.begin(); next != happens.end() && next->first <= passed_; next = happens.erase(next))
      next->second();
    co_return;
  }

 private:
  std::chrono::milliseconds passed_{};
};

}  // namespace orchestrate
