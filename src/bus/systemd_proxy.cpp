#include "bus/systemd_proxy.hpp"

#include <sdbus-c++/sdbus-c++.h>

#include "bus/dialect.hpp"

namespace orchestrate::bus {

std::unique_ptr<sdbus::IProxy> systemd_proxy(sdbus::IConnection& connection, const std::string& path) {
  return proxy_at(connection, systemd_service, path);
}

}  // namespace orchestrate::bus
