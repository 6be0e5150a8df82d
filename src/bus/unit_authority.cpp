#include "bus/unit_authority.hpp"

#include <sdbus-c++/sdbus-c++.h>

#include <algorithm>
#include <array>
#include <chrono>

#include "bus/systemd_proxy.hpp"

namespace orchestrate::bus {
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

}  // namespace

std::optional<std::string> refusal_of_job(JobType type, const UnitName& unit) {
  const Probe& probe = *std::ranges::find(probes, type, &Probe::type);
  try {
    const auto connection = sdbus::createSystemBusConnection();
    systemd_proxy(*connection, systemd_manager_path)
        ->callMethod(probe.method)
        .onInterface(systemd_manager)
        .withTimeout(25s)
        .withArguments(unit.text(), std::string(probe.mode));
    return "systemd did not refuse the job mode " + std::string(probe.mode);
  } catch (const sdbus::Error& error) {
    if (error.getMessage().find(after_polkit) != std::string::npos) return std::nullopt;
    return error.getMessage();
  }
}

}  // namespace orchestrate::bus
