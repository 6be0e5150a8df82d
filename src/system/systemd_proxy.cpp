#include "system/systemd_proxy.hpp"

#include <sdbus-c++/sdbus-c++.h>

namespace orchestrate::system {

std::unique_ptr<sdbus::IProxy> systemd_proxy(sdbus::IConnection& connection, const std::string& path) {
  constexpr const char* service = "org.freedesktop.systemd1";
#if __has_include(<sdbus-c++/VTableItems.h>)
  return sdbus::createProxy(connection, sdbus::ServiceName(service), sdbus::ObjectPath(path));
#else
  return sdbus::createProxy(connection, service, path);
#endif
}

}  // namespace orchestrate::system
