#pragma once

#include <cstddef>
#include <exception>
#include <functional>
#include <memory>

#include <boost/asio/any_io_executor.hpp>

#include "orchestrate/task.hpp"

namespace orchestrate {

/// Tasks that run at the same time on the caller's event loop. All must have ended before it goes.
class Gathering {
 public:
  explicit Gathering(const boost::asio::any_io_executor& executor);
  ~Gathering();
  Gathering(const Gathering&) = delete;
  Gathering& operator=(const Gathering&) = delete;

  /// `at_end` is told the task's exception, or null, on the event loop.
  void begin(Task<> task, std::function<void(std::exception_ptr)> at_end);
  std::size_t running() const;
  /// Returns when a task has ended since the last call.
  Task<> next_end();

 private:
  struct State;
  std::unique_ptr<State> state_;
};

}  // namespace orchestrate
