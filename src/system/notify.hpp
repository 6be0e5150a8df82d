#pragma once

#include <chrono>
#include <optional>
#include <string>

namespace orchestrate::system {

/// Tells systemd about this service, in the words of sd_notify(3): "READY=1". Nothing where nobody listens.
void notify(const std::string& state);

/// How long systemd waits for a sign of life, where it waits for one.
std::optional<std::chrono::microseconds> watchdog_limit();

}  // namespace orchestrate::system
