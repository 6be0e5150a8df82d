#pragma once

#include <memory>

#include "orchestrate/ports.hpp"

namespace orchestrate::bus {
class SystemdBus;
}

namespace orchestrate::system {

/// systemd. `bus` is opened before privileges are dropped: bus::SystemdBus::open(). Without a bus (nullptr) every call
/// throws Error (`unreachable`), so that a policy without services needs no systemd.
std::unique_ptr<ServiceManager> make_service_manager(std::shared_ptr<bus::SystemdBus> bus);

}  // namespace orchestrate::system
