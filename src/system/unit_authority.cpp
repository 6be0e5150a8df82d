#include "system/unit_authority.hpp"

#include <sdbus-c++/sdbus-c++.h>

#include <algorithm>
#include <array>
#include <chrono>

namespace orchestrate::system {
namespace {

using namespace std::chrono_literals;

/// A call that systemd refuses whoever makes it, but only after polkit has judged unit, verb and caller: no such job
/// has that mode. polkit itself lets nobody but root ask about a unit and a verb.
struct Probe {
  JobType type;
  const char *method, *mode;
};
constexpr std::array probes = {
    Probe{JobType::start, "StartUnit", "triggering"},
    Probe{JobType::stop, "StopUnit", "isolate"},
    Probe{JobType::restart, "RestartUnit", "triggering"},
};
// "Isolate is only valid for start.", "--job-mode=triggering is only valid for stop."; a mode that this systemd does
// not know is refused earlier and in other words.
constexpr std::string_view after_polkit = "only valid for";

std::unique_ptr<sdbus::IProxy> manager_on(sdbus::IConnection& connection) {
  constexpr const char *systemd = "org.freedesktop.systemd1", *path = "/org/freedesktop/systemd1";
#if __has_include(<sdbus-c++/VTableItems.h>)
  return sdbus::createProxy(connection, sdbus::ServiceName(systemd), sdbus::ObjectPath(path));
#else
  return sdbus::createProxy(connection, systemd, path);
#endif
}

}  // namespace

std::optional<std::string> refusal_of_job(JobType type, const UnitName& unit) {
  const Probe& probe = *std::ranges::find(probes, type, &Probe::type);
  try {
    const auto connection = sdbus::createSystemBusConnection();
    manager_on(*connection)
        ->callMethod(probe.method)
        .onInterface("org.freedesktop.systemd1.Manager")
        .withTimeout(25s)
        .withArguments(unit.text(), std::string(probe.mode));
    return "systemd did not refuse the job mode " + std::string(probe.mode);
  } catch (const sdbus::Error& error) {
    if (error.getMessage().find(after_polkit) != std::string::npos) return std::nullopt;
    return error.getMessage();
  }
}

}  // namespace orchestrate::system
