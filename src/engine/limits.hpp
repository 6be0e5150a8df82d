#pragma once

#include <chrono>
#include <memory>
#include <stop_token>
#include <string>

#include "orchestrate/outcome.hpp"
#include "orchestrate/plan.hpp"
#include "orchestrate/ports.hpp"

namespace orchestrate {

/// What may stop one running stage, and why it was stopped: only the first reason counts.
class Limits {
 public:
  enum class Reason { none, deadline, asked, pointless };

  void stop(Reason why) {
    if (reason_ == Reason::none) reason_ = why;
    stage_.request_stop();
  }
  /// The stage has ended: its deadline is off.
  void ended() { timer_.request_stop(); }
  std::stop_token token() const { return stage_.get_token(); }
  std::stop_token timer() const { return timer_.get_token(); }
  Reason reason() const { return reason_; }

 private:
  std::stop_source stage_, timer_;
  Reason reason_ = Reason::none;
};

/// Stops the stage at its deadline, unless it ends first.
Task<> expire(Clock& clock, std::chrono::milliseconds timeout, std::shared_ptr<Limits> limits);

/// An outcome that is no pass, in the words of what stopped it; what the stage said itself goes below.
Outcome explained(Outcome outcome, const Limits& limits, const PlannedStage& stage);

}  // namespace orchestrate
