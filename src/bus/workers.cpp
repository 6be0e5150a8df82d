#include "bus/workers.hpp"

#include <fmt/format.h>
#include <sdbus-c++/sdbus-c++.h>

#include <map>
#include <optional>

#include <boost/asio/io_context.hpp>
#include <boost/asio/redirect_error.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/asio/use_awaitable.hpp>

#include "bus/call.hpp"
#include "bus/connection.hpp"
#include "bus/dialect.hpp"
#include "bus/dictionary.hpp"
#include "bus/systemd_proxy.hpp"
#include "orchestrate/app.hpp"
#include "orchestrate/error.hpp"

namespace orchestrate::bus {
namespace {

using namespace std::chrono_literals;

constexpr auto question_limit = 25s;
constexpr auto ask_interval = 1s;  // JobRemoved is lost while systemd reloads its units
constexpr const char* properties = "org.freedesktop.DBus.Properties";

/// As systemd names a unit's object: what is neither letter nor digit in hexadecimal.
std::string object_of(const std::string& unit) {
  std::string path = std::string(systemd_manager_path) + "/unit/";
  for (std::size_t i = 0; i < unit.size(); ++i) {
    const auto c = static_cast<unsigned char>(unit[i]);
    const bool letter = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
    const bool digit = c >= '0' && c <= '9';
    path += letter || (digit && i > 0) ? std::string(1, static_cast<char>(c)) : fmt::format("_{:02x}", c);
  }
  return path;
}

void take_into(WorkerState& state, const Dictionary& all) {
  if (const auto found = all.find("ActiveState"); found != all.end())
    state.active_state = found->second.get<std::string>();
  if (const auto found = all.find("ExecMainStatus"); found != all.end())
    state.exit_status = found->second.get<std::int32_t>();
  if (const auto found = all.find("Job"); found != all.end())
    state.has_job = found->second.get<sdbus::Struct<std::uint32_t, sdbus::ObjectPath>>().get<0>() != 0;
}

Error refused(const std::string& doing, const CallFailed& error) {
  const bool denied = error.name() == "org.freedesktop.DBus.Error.AccessDenied" ||
                      error.name() == "org.freedesktop.DBus.Error.InteractiveAuthorizationRequired";
  return {denied ? ErrorKind::denied : ErrorKind::failed, doing, error.what(),
          denied ? "is the rule of polkit installed that lets orchestrate start its workers?" : ""};
}

Method manager_method(const char* name) {
  return {systemd_service, systemd_manager_path, systemd_manager, name};
}

}  // namespace

/// systemd's word for how the newest job of each worker ended, and who waits for the next one.
class Workers::Signals {
 public:
  Signals(Connection& connection, Changed changed)
      : connection_(connection),
        changed_(std::move(changed)),
        manager_(systemd_proxy(connection.raw(), systemd_manager_path)) {
    listen(*manager_, systemd_manager, "JobRemoved", [this](sdbus::Signal& signal) {
      std::uint32_t number = 0;
      sdbus::ObjectPath job;
      std::string unit, result;
      signal >> number >> job >> unit >> result;
      if (!unit.starts_with("orchestrate-worker@")) return;
      ended_.insert_or_assign(unit, Ended{job, result});
      if (const auto waiting = waiting_.find(unit); waiting != waiting_.end()) waiting->second->cancel();
    });
  }

  void watch(const std::string& app) {
    if (units_.contains(app)) return;
    auto proxy = systemd_proxy(connection_.raw(), object_of(worker_unit(app)));
    listen(*proxy, properties, "PropertiesChanged", [this, app](sdbus::Signal& signal) {
      std::string interface;
      Dictionary all;
      signal >> interface >> all;
      WorkerState& state = states_[app];
      take_into(state, all);
      changed_(app, state);
    });
    units_.emplace(app, std::move(proxy));
    connection_.sent();
  }

  /// The job may have ended before we knew its name.
  std::optional<std::string> end_of(const std::string& unit, const std::string& job) const {
    const auto found = ended_.find(unit);
    if (found == ended_.end() || found->second.job != job) return std::nullopt;
    return found->second.result;
  }

  /// Until a job of the unit has ended, or for a while.
  Task<> wait(std::string unit) {
    const auto timer = std::make_shared<boost::asio::steady_timer>(connection_.io(), ask_interval);
    waiting_.insert_or_assign(unit, timer);
    boost::system::error_code cancelled;
    co_await timer->async_wait(boost::asio::redirect_error(boost::asio::use_awaitable, cancelled));
    waiting_.erase(unit);
  }

 private:
  struct Ended {
    std::string job, result;
  };
  Connection& connection_;
  Changed changed_;
  std::map<std::string, WorkerState> states_;
  std::map<std::string, Ended> ended_;
  std::map<std::string, std::shared_ptr<boost::asio::steady_timer>> waiting_;
  std::unique_ptr<sdbus::IProxy> manager_;
  std::map<std::string, std::unique_ptr<sdbus::IProxy>> units_;
};

Workers::Workers(Connection& connection, Changed changed)
    : connection_(connection), signals_(std::make_unique<Signals>(connection, std::move(changed))) {}

Workers::~Workers() = default;

void Workers::watch(const std::string& app) {
  signals_->watch(app);
}

Task<> Workers::subscribe() {
  const Fill nothing = [](sdbus::MethodCall&) {};
  const Take none = [](sdbus::MethodReply&) {};
  co_await call(connection_, manager_method("Subscribe"), nothing, none, question_limit);
}

Task<WorkerState> Workers::state(std::string app) {
  const Method method{systemd_service, object_of(worker_unit(app)), properties, "GetAll"};
  const Fill fill = [](sdbus::MethodCall& message) { message << std::string(); };  // of Unit and of Service
  WorkerState state;
  const Take take = [&](sdbus::MethodReply& reply) {
    Dictionary all;
    reply >> all;
    take_into(state, all);
  };
  try {
    co_await call(connection_, method, fill, take, question_limit);
  } catch (const CallFailed& error) {
    throw refused("ask systemd about " + worker_unit(app), error);
  }
  co_return state;
}

Task<std::string> Workers::start(std::string app) {
  const std::string unit = worker_unit(app);
  const Fill fill = [&](sdbus::MethodCall& message) { message << unit << std::string("fail"); };
  sdbus::ObjectPath job;
  const Take take = [&](sdbus::MethodReply& reply) { reply >> job; };
  try {
    co_await call(connection_, manager_method("StartUnit"), fill, take, question_limit);
  } catch (const CallFailed& error) {
    throw refused("start " + unit, error);
  }
  for (;;) {
    if (const auto result = signals_->end_of(unit, job)) co_return *result;
    co_await signals_->wait(unit);
    if (const auto result = signals_->end_of(unit, job)) co_return *result;
    const WorkerState now = co_await state(app);
    if (now.has_job) continue;
    const std::string by_state = now.active_state == "active" ? "done" : "failed";
    co_return by_state;
  }
}

Task<> Workers::reload(std::string app) {
  const std::string unit = worker_unit(app);
  const Fill fill = [&](sdbus::MethodCall& message) { message << unit << std::string("fail"); };
  const Take none = [](sdbus::MethodReply&) {};
  try {
    co_await call(connection_, manager_method("ReloadUnit"), fill, none, question_limit);
  } catch (const CallFailed& error) {
    throw refused("reload " + unit, error);
  }
}

}  // namespace orchestrate::bus
