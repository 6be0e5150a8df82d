#include "bus/systemd_bus.hpp"

#include <fmt/format.h>
#include <poll.h>
#include <sdbus-c++/sdbus-c++.h>

#include <algorithm>
#include <array>
#include <charconv>
#include <map>

#include "bus/dialect.hpp"
#include "bus/systemd_proxy.hpp"
#include "orchestrate/error.hpp"

namespace orchestrate::bus {
namespace {

using namespace std::chrono_literals;
using std::chrono::steady_clock;
using Properties = std::map<std::string, sdbus::Variant>;

constexpr auto call_timeout = 25s;     // D-Bus's own default
constexpr auto poll_interval = 100ms;  // between two looks at the stop
constexpr auto ask_interval = 1s;      // JobRemoved is lost while systemd reloads its units

struct Refusal {
  std::string_view name;  // D-Bus error
  ErrorKind kind;
  std::string_view hint;
};

constexpr std::array refusals = {
    Refusal{"org.freedesktop.systemd1.NoSuchUnit", ErrorKind::failed,
            "check the unit's name: systemctl list-unit-files"},
    Refusal{"org.freedesktop.systemd1.LoadFailed", ErrorKind::failed, "check the unit file: systemd-analyze verify"},
    Refusal{"org.freedesktop.systemd1.UnitMasked", ErrorKind::failed, "systemctl unmask it if it shall run"},
    Refusal{"org.freedesktop.systemd1.TransactionIsDestructive", ErrorKind::failed,
            "somebody has queued another job for it: systemctl list-jobs"},
    Refusal{"org.freedesktop.DBus.Error.AccessDenied", ErrorKind::denied, "run as root, or let polkit allow it"},
    Refusal{"org.freedesktop.DBus.Error.InteractiveAuthorizationRequired", ErrorKind::denied,
            "run as root, or let polkit allow it"},
    Refusal{"org.freedesktop.DBus.Error.ServiceUnknown", ErrorKind::unreachable, "is PID 1 systemd?"},
    Refusal{"org.freedesktop.DBus.Error.FileNotFound", ErrorKind::unreachable, "is dbus.service running?"},
    Refusal{"org.freedesktop.DBus.Error.Timeout", ErrorKind::unreachable, "systemd does not answer: look at its log"},
    Refusal{"org.freedesktop.DBus.Error.NoReply", ErrorKind::unreachable, "systemd does not answer: look at its log"},
    Refusal{"org.freedesktop.DBus.Error.Disconnected", ErrorKind::unreachable, "the bus was restarted: try again"},
};

Error translated(const std::string& doing, const sdbus::Error& error) {
  for (const Refusal& refusal : refusals)
    if (error.getName() == refusal.name) return {refusal.kind, doing, error.getMessage(), std::string(refusal.hint)};
  return {ErrorKind::failed, doing, fmt::format("{} ({})", error.getMessage(), error.getName())};
}

template <class T>
T property(const Properties& properties, const std::string& name, T fallback = {}) {
  const auto found = properties.find(name);
  return found == properties.end() ? fallback : found->second.get<T>();
}

std::string hex(const std::vector<std::uint8_t>& bytes) {
  std::string text;
  for (const std::uint8_t byte : bytes) text += fmt::format("{:02x}", byte);
  return text;
}

std::uint32_t job_number(const std::string& path) {
  std::uint32_t number = 0;
  const std::size_t slash = path.rfind('/') + 1;
  std::from_chars(path.data() + slash, path.data() + path.size(), number);
  return number;
}

struct Method {
  JobType type;
  const char *name, *doing;
};
constexpr std::array methods = {
    Method{JobType::start, "StartUnit", "start "},
    Method{JobType::stop, "StopUnit", "stop "},
    Method{JobType::restart, "RestartUnit", "restart "},
};

class SdbusSystemd : public SystemdBus {
 public:
  SdbusSystemd()
      : connection_(sdbus::createSystemBusConnection()), manager_(systemd_proxy(*connection_, systemd_manager_path)) {
    listen(*manager_, systemd_manager, "JobRemoved", [this](sdbus::Signal& signal) {
      std::uint32_t number = 0;
      sdbus::ObjectPath job;
      std::string unit, result;
      signal >> number >> job >> unit >> result;
      ended_[job] = result;
    });
    // Not before the match above: systemd sends no job signals to clients that have not subscribed, and a job may end
    // before the reply to RestartUnit.
    manager_->callMethod("Subscribe").onInterface(systemd_manager).withTimeout(call_timeout);
  }

  UnitState state(const UnitName& unit) override;
  UnitDefinition definition(const UnitName& unit) override;
  JobEnd run(JobType type, const UnitName& unit, std::chrono::milliseconds limit, std::stop_token stop) override;

 private:
  Properties properties(const UnitName& unit);
  std::chrono::system_clock::time_point booted();
  void hear(std::chrono::milliseconds patience);
  bool job_exists(const std::string& job);
  JobEnd end_by_state(JobType type, const UnitName& unit);
  void forgive_failures(const UnitName& unit);

  std::unique_ptr<sdbus::IConnection> connection_;
  std::map<std::string, std::string> ended_;  // job path -> result; filled while hear() runs
  std::unique_ptr<sdbus::IProxy> manager_;
  std::optional<std::chrono::system_clock::time_point> booted_;
};

std::chrono::system_clock::time_point SdbusSystemd::booted() {
  if (booted_) return *booted_;
  sdbus::Variant started;
  manager_->callMethod("Get")
      .onInterface("org.freedesktop.DBus.Properties")
      .withTimeout(call_timeout)
      .withArguments(std::string(systemd_manager), std::string("UserspaceTimestamp"))
      .storeResultsTo(started);
  booted_ = std::chrono::system_clock::time_point(std::chrono::microseconds(started.get<std::uint64_t>()));
  return *booted_;
}

Properties SdbusSystemd::properties(const UnitName& unit) {
  sdbus::ObjectPath path;
  manager_->callMethod("LoadUnit")
      .onInterface(systemd_manager)
      .withTimeout(call_timeout)
      .withArguments(unit.text())
      .storeResultsTo(path);
  Properties all;
  // An empty interface name: those of Unit and of Service (or Timer, ...) together.
  systemd_proxy(*connection_, path)
      ->callMethod("GetAll")
      .onInterface("org.freedesktop.DBus.Properties")
      .withTimeout(call_timeout)
      .withArguments(std::string())
      .storeResultsTo(all);
  return all;
}

UnitState SdbusSystemd::state(const UnitName& unit) {
  try {
    const Properties all = properties(unit);
    UnitState state;
    state.load_state = property<std::string>(all, "LoadState");
    state.active_state = property<std::string>(all, "ActiveState");
    state.sub_state = property<std::string>(all, "SubState");
    state.result = property<std::string>(all, "Result");
    state.invocation_id = hex(property<std::vector<std::uint8_t>>(all, "InvocationID"));
    const std::chrono::microseconds active(property<std::uint64_t>(all, "ActiveEnterTimestamp"));
    state.last_start = std::max(std::chrono::system_clock::time_point(active), booted());
    state.restarts = property<std::uint32_t>(all, "NRestarts");
    state.main_pid = property<std::uint32_t>(all, "MainPID");
    state.standard_output = property<std::string>(all, "StandardOutput");
    state.user = property<std::string>(all, "User");
    return state;
  } catch (const sdbus::Error& error) {
    throw translated("ask systemd about " + unit.text(), error);
  }
}

UnitDefinition SdbusSystemd::definition(const UnitName& unit) {
  try {
    const Properties all = properties(unit);
    UnitDefinition definition{.load_state = property<std::string>(all, "LoadState"),
                              .active_state = property<std::string>(all, "ActiveState"),
                              .unit_file_state = property<std::string>(all, "UnitFileState"),
                              .user = property<std::string>(all, "User"),
                              .is_outdated = property<bool>(all, "NeedDaemonReload"),
                              .after = property<std::vector<std::string>>(all, "After"),
                              .stopped_with = {},
                              .writable = property<std::vector<std::string>>(all, "ReadWritePaths")};
    for (const char* name : {"Requires", "BindsTo", "PartOf"})
      for (std::string& other : property<std::vector<std::string>>(all, name))
        definition.stopped_with.push_back(std::move(other));
    return definition;
  } catch (const sdbus::Error& error) {
    throw translated("ask systemd about " + unit.text(), error);
  }
}

/// Lets signals in, for at most `patience`.
void SdbusSystemd::hear(std::chrono::milliseconds patience) {
  while (handle_one(*connection_)) continue;
  const auto bus = connection_->getEventLoopPollData();
  pollfd state{.fd = bus.fd, .events = bus.events, .revents = 0};
  ::poll(&state, 1, static_cast<int>(patience.count()));
  while (handle_one(*connection_)) continue;
}

bool SdbusSystemd::job_exists(const std::string& job) {
  try {
    manager_->callMethod("GetJob")
        .onInterface(systemd_manager)
        .withTimeout(call_timeout)
        .withArguments(job_number(job));
    return true;
  } catch (const sdbus::Error& error) {
    if (error.getName() == "org.freedesktop.systemd1.NoSuchJob") return false;
    throw;
  }
}

/// For a job whose result was lost: what its unit shows.
JobEnd SdbusSystemd::end_by_state(JobType type, const UnitName& unit) {
  const auto active = property<std::string>(properties(unit), "ActiveState");
  const bool reached = type == JobType::stop ? active == "inactive" || active == "failed" : active == "active";
  return {reached ? "done" : "failed"};
}

/// Starts that a closed gate refused count towards the unit's own limit, which would refuse ours, too. Where we may
/// not, systemd's answer to the job itself says what is wrong.
void SdbusSystemd::forgive_failures(const UnitName& unit) {
  if (property<std::string>(properties(unit), "ActiveState") != "failed") return;
  try {
    manager_->callMethod("ResetFailedUnit")
        .onInterface(systemd_manager)
        .withTimeout(call_timeout)
        .withArguments(unit.text());
  } catch (const sdbus::Error& error) {
    if (error.getName() != "org.freedesktop.DBus.Error.AccessDenied" &&
        error.getName() != "org.freedesktop.DBus.Error.InteractiveAuthorizationRequired")
      throw;
  }
}

JobEnd SdbusSystemd::run(JobType type, const UnitName& unit, std::chrono::milliseconds limit, std::stop_token stop) {
  const Method method = *std::ranges::find(methods, type, &Method::type);
  const std::string doing = method.doing + unit.text();
  try {
    ended_.clear();
    if (type != JobType::stop) forgive_failures(unit);
    sdbus::ObjectPath job;
    // Mode `fail`: `replace` would override what an operator has queued.
    manager_->callMethod(method.name)
        .onInterface(systemd_manager)
        .withTimeout(call_timeout)
        .withArguments(unit.text(), std::string("fail"))
        .storeResultsTo(job);
    const auto give_up = steady_clock::now() + limit;
    for (auto ask_at = steady_clock::now() + ask_interval;;) {
      hear(poll_interval);
      if (const auto ended = ended_.find(job); ended != ended_.end()) return {ended->second};
      if (stop.stop_requested()) throw Error(ErrorKind::stopped, doing, "the run was stopped; systemd's job goes on");
      if (steady_clock::now() >= give_up)
        throw Error(ErrorKind::stopped, doing, fmt::format("its job has not ended within {} s", limit / 1s),
                    "look at systemctl list-jobs");
      if (steady_clock::now() < ask_at) continue;
      ask_at = steady_clock::now() + ask_interval;
      if (job_exists(job)) continue;
      hear(0ms);  // the signal may have come together with the answer
      if (const auto ended = ended_.find(job); ended != ended_.end()) return {ended->second};
      return end_by_state(type, unit);
    }
  } catch (const sdbus::Error& error) {
    throw translated(doing, error);
  }
}

}  // namespace

std::shared_ptr<SystemdBus> SystemdBus::open() {
  try {
    return std::make_shared<SdbusSystemd>();
  } catch (const sdbus::Error& error) {
    const Error reason = translated("reach systemd over the system bus", error);
    throw Error(ErrorKind::unreachable, reason.doing(), reason.why(),
                reason.hint().empty() ? "is PID 1 systemd and dbus.service running?" : reason.hint());
  }
}

}  // namespace orchestrate::bus
