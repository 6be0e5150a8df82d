#pragma once

#include <chrono>
#include <functional>
#include <future>
#include <memory>
#include <optional>
#include <stop_token>
#include <utility>

#include "orchestrate/task.hpp"

namespace orchestrate::system {

/// How waiting for an errand ended.
enum class Waited { done, deadline, stopped };

/// A blocking call on a thread of its own. Nobody ever joins that thread, so a call that hangs (a name server, a frozen
/// database) cannot hold us: it owns all it touches and ends alone. A thread costs less than the round trip it makes.
class Errand {
 public:
  explicit Errand(std::function<void()> work);
  /// May be called again after a deadline or a stop.
  Task<Waited> wait(std::chrono::milliseconds limit, std::stop_token stop) const;

 private:
  struct Bell;  // rung by the thread at its end
  std::shared_ptr<const Bell> bell_;
};

/// An errand with a result.
template <class T>
class Offloaded {
 public:
  /// `work` must own all that it uses.
  explicit Offloaded(std::function<T()> work) : Offloaded(std::make_shared<std::packaged_task<T()>>(std::move(work))) {}

  Task<Waited> wait(std::chrono::milliseconds limit, std::stop_token stop) const {
    return errand_.wait(limit, std::move(stop));
  }
  /// After `done`: the result, or what the work threw.
  T take() { return result_.get(); }

 private:
  explicit Offloaded(const std::shared_ptr<std::packaged_task<T()>>& task)
      : result_(task->get_future()), errand_([task] { (*task)(); }) {}

  std::future<T> result_;
  Errand errand_;
};

}  // namespace orchestrate::system
