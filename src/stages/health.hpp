#pragma once

#include <chrono>
#include <optional>
#include <string>
#include <variant>

#include "orchestrate/stage.hpp"

namespace orchestrate {

/// How a service is watched after it was started.
struct HealthWindow {
  std::chrono::milliseconds stable_for{};
  Argv probe;  ///< must exit with 0 at the end of the window; empty: none
};

/// Why a service is not healthy, with what systemd says of it.
struct Unhealthy {
  std::string why;
};

/// Watches `unit` from now until the window is over: it must be active all the time, in one invocation that is not
/// `old_invocation`, without automatic restarts, and its probe must pass. The invocation ID when it is healthy.
Task<std::variant<std::string, Unhealthy>> watch_health(StageContext& context, UnitName unit,
                                                        std::string old_invocation, HealthWindow window);

}  // namespace orchestrate
