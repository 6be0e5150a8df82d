#pragma once

#include <memory>
#include <string>

namespace sdbus {
class IConnection;
class IProxy;
}  // namespace sdbus

namespace orchestrate::bus {

inline constexpr const char* systemd_service = "org.freedesktop.systemd1";
inline constexpr const char* systemd_manager_path = "/org/freedesktop/systemd1";
inline constexpr const char* systemd_manager = "org.freedesktop.systemd1.Manager";

/// systemd's object at `path`.
std::unique_ptr<sdbus::IProxy> systemd_proxy(sdbus::IConnection& connection, const std::string& path);

}  // namespace orchestrate::bus
