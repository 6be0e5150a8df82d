#include "bus/daemon_client.hpp"

#include <poll.h>
#include <sdbus-c++/sdbus-c++.h>

#include <algorithm>
#include <utility>

#include "bus/dialect.hpp"
#include "bus/dictionary.hpp"
#include "bus/refusal.hpp"

namespace orchestrate::bus {
namespace {

using namespace std::chrono_literals;

constexpr auto answer_limit = 25s;
constexpr auto start_limit = 20min;  // a password may be asked for, and a dead run be judged first

Refused refusal_of(const sdbus::Error& error) {
  const std::string& name = error.getName();
  if (name.starts_with("org.orchestrate.")) return {exit_code_of(name), error.getMessage()};
  const bool denied = name == "org.freedesktop.DBus.Error.AccessDenied";
  return {denied ? 77 : 69, "ask orchestrated: " + error.getMessage() +
                                "; look at its log: journalctl -u orchestrated, or work without it: --local"};
}

template <class Call>
auto told(Call call) {
  try {
    return call();
  } catch (const sdbus::Error& error) {
    throw refusal_of(error);
  }
}

class SdbusDaemon final : public DaemonClient {
 public:
  explicit SdbusDaemon(std::unique_ptr<sdbus::IConnection> connection) : connection_(std::move(connection)) {}

  std::string start(const std::string& app, const std::string& verb, const Json& options) override {
    return told([&] {
      sdbus::ObjectPath path;
      proxy_at(*connection_, bus_name, manager_path)
          ->callMethod("Start")
          .onInterface(manager_interface)
          .withTimeout(start_limit)
          .withArguments(app, verb, to_dictionary(options))
          .storeResultsTo(path);
      return std::string(path);
    });
  }
  std::string get_run(const std::string& id) override {
    return told([&] {
      sdbus::ObjectPath path;
      proxy_at(*connection_, bus_name, manager_path)
          ->callMethod("GetRun")
          .onInterface(manager_interface)
          .withTimeout(start_limit)
          .withArguments(id)
          .storeResultsTo(path);
      return std::string(path);
    });
  }
  std::vector<std::string> runs(const std::string& app, std::size_t limit) override {
    return told([&] {
      std::vector<sdbus::Struct<std::string, std::string, std::string, std::string, std::int32_t>> rows;
      proxy_at(*connection_, bus_name, manager_path)
          ->callMethod("ListRuns")
          .onInterface(manager_interface)
          .withTimeout(start_limit)
          .withArguments(app, static_cast<std::uint32_t>(limit))
          .storeResultsTo(rows);
      std::vector<std::string> ids;
      for (const auto& row : rows) ids.push_back(row.get<0>());
      return ids;
    });
  }
  std::vector<std::string> events(const std::string& run, std::uint64_t after) override {
    return told([&] {
      std::vector<std::string> texts;
      proxy_at(*connection_, bus_name, run)
          ->callMethod("Events")
          .onInterface(run_interface)
          .withTimeout(answer_limit)
          .withArguments(after)
          .storeResultsTo(texts);
      return texts;
    });
  }
  StageLog log(const std::string& run, const std::string& stage) override {
    return told([&] {
      std::vector<std::uint8_t> end;
      StageLog log;
      proxy_at(*connection_, bus_name, run)
          ->callMethod("Log")
          .onInterface(run_interface)
          .withTimeout(start_limit)
          .withArguments(stage)
          .storeResultsTo(end, log.size);
      log.end.assign(end.begin(), end.end());
      return log;
    });
  }
  void cancel(const std::string& run, Manner manner) override {
    told([&] {
      proxy_at(*connection_, bus_name, run)
          ->callMethod("Cancel")
          .onInterface(run_interface)
          .withTimeout(start_limit)
          .withArguments(manner == Manner::by_force);
      return 0;
    });
  }

  RunWords words(const std::string& run) override {
    return told([&] {
      Dictionary state;
      proxy_at(*connection_, bus_name, run)
          ->callMethod("GetState")
          .onInterface(run_interface)
          .withTimeout(start_limit)
          .storeResultsTo(state);
      return words_from(to_json(state));
    });
  }

  void watch(const std::string& run) override {
    watched_ = proxy_at(*connection_, bus_name, run);
    listen(*watched_, run_interface, "Changed", [this](sdbus::Signal&) { heard_ = true; });
  }
  bool wait(std::chrono::milliseconds limit) override {
    return told([&] {
      const auto until = std::chrono::steady_clock::now() + limit;
      while (handle_one(*connection_)) continue;
      while (!heard_) {
        const auto left = std::chrono::ceil<std::chrono::milliseconds>(until - std::chrono::steady_clock::now());
        if (left <= 0ms) break;
        const auto bus = connection_->getEventLoopPollData();
        pollfd state{.fd = bus.fd, .events = bus.events, .revents = 0};
        if (::poll(&state, 1, static_cast<int>(left.count())) < 0) break;
        while (handle_one(*connection_)) continue;
      }
      return std::exchange(heard_, false);
    });
  }

  bool is_there() {
    const auto bus = proxy_at(*connection_, "org.freedesktop.DBus", "/org/freedesktop/DBus");
    bool owned = false;
    bus->callMethod("NameHasOwner")
        .onInterface("org.freedesktop.DBus")
        .withTimeout(answer_limit)
        .withArguments(std::string(bus_name))
        .storeResultsTo(owned);
    std::vector<std::string> names;
    if (!owned)
      bus->callMethod("ListActivatableNames")
          .onInterface("org.freedesktop.DBus")
          .withTimeout(answer_limit)
          .storeResultsTo(names);
    return owned || std::ranges::find(names, bus_name) != names.end();
  }

 private:
  std::unique_ptr<sdbus::IConnection> connection_;
  std::unique_ptr<sdbus::IProxy> watched_;
  bool heard_ = false;
};

}  // namespace

std::unique_ptr<DaemonClient> DaemonClient::open() {
  try {
    auto daemon = std::make_unique<SdbusDaemon>(sdbus::createSystemBusConnection());
    if (!daemon->is_there()) return nullptr;
    return daemon;
  } catch (const sdbus::Error&) {
    return nullptr;  // no bus, no daemon
  }
}

}  // namespace orchestrate::bus
