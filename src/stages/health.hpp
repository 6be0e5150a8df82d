#pragma once

#include <chrono>
#include <optional>
#include <string>
#include <variant>

#include "stages/probe.hpp"

namespace orchestrate {

/// How a service is watched after it was started.
struct HealthWindow {
  std::chrono::milliseconds stable_for{};
  std::optional<Probe> probe;
};

/// Why a service is not healthy, with what systemd or its probe says of it.
struct Unhealthy {
  std::string why;
};

/// Watches `unit` from now until the window is over: it must be active all the time, in one invocation that is not
/// `old_invocation`, without automatic restarts, and its probe must pass at the end. The probe is asked from the start,
/// until it first passes, for a service needs time to listen. The invocation ID when it is healthy.
Task<std::variant<std::string, Unhealthy>> watch_health(StageContext& context, UnitName unit,
                                                        std::string old_invocation, HealthWindow window);

}  // namespace orchestrate
