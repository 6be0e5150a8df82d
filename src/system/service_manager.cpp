#include "system/service_manager.hpp"

#include <boost/asio/steady_timer.hpp>
#include <boost/asio/this_coro.hpp>
#include <boost/asio/use_awaitable.hpp>

#include "bus/systemd_bus.hpp"
#include "orchestrate/error.hpp"
#include "system/offload.hpp"

namespace orchestrate::system {
namespace {

using namespace std::chrono_literals;
using bus::JobType;
using bus::SystemdBus;

constexpr auto state_limit = 30s;
// Units may have start and stop timeouts of 90 s each (systemd's default); a stage's own deadline is shorter or it
// means to wait.
constexpr auto job_limit = 30min;
constexpr auto turn_interval = 20ms;
constexpr auto stop_patience = 2s;  // the bus thread looks at the stop ten times a second

/// Blocking calls on the one connection, one after the other, each on a thread of its own.
class Systemd : public ServiceManager {
 public:
  explicit Systemd(std::shared_ptr<SystemdBus> bus) : bus_(std::move(bus)) {}

  Task<UnitState> state(UnitName unit, std::stop_token stop) override {
    const std::function<UnitState(SystemdBus&)> ask = [unit](SystemdBus& bus) { return bus.state(unit); };
    co_return co_await on_bus(ask, "ask systemd about " + unit.text(), state_limit, stop);
  }
  Task<JobEnd> restart(UnitName unit, std::stop_token stop) override { return job(JobType::restart, unit, stop); }
  Task<JobEnd> start(UnitName unit, std::stop_token stop) override { return job(JobType::start, unit, stop); }
  Task<JobEnd> stop(UnitName unit, std::stop_token stop) override { return job(JobType::stop, unit, stop); }

 private:
  Task<JobEnd> job(JobType type, UnitName unit, std::stop_token stop) {
    const std::function<JobEnd(SystemdBus&)> run = [type, unit, stop](SystemdBus& bus) {
      return bus.run(type, unit, job_limit, stop);
    };
    co_return co_await on_bus(run, "change " + unit.text(), job_limit, stop);
  }

  template <class T>
  Task<T> on_bus(std::function<T(SystemdBus&)> call, std::string doing, std::chrono::milliseconds limit,
                 std::stop_token stop) {
    if (!bus_) throw Error(ErrorKind::unreachable, doing, "there is no system bus", "is PID 1 systemd?");
    co_await turn(doing, stop);
    auto token = std::make_shared<Token>();
    call_ = token;
    std::function<T()> work = [bus = bus_, token = std::move(token), call = std::move(call)] { return call(*bus); };
    Offloaded<T> answer(std::move(work));
    Waited waited = co_await answer.wait(limit, stop);
    // The thread sees the stop itself and says how far it came.
    if (waited == Waited::stopped) waited = co_await answer.wait(stop_patience, {});
    if (waited == Waited::done) co_return answer.take();
    if (stop.stop_requested()) throw Error(ErrorKind::stopped, doing, "the run was stopped");
    throw Error(ErrorKind::unreachable, doing, "systemd does not answer", "look at its log: journalctl _PID=1");
  }

  /// Waits until no thread holds the bus.
  Task<> turn(std::string doing, std::stop_token stop) {
    boost::asio::steady_timer timer(co_await boost::asio::this_coro::executor);
    while (!call_.expired()) {
      if (stop.stop_requested()) throw Error(ErrorKind::stopped, doing, "the run was stopped");
      timer.expires_after(turn_interval);
      co_await timer.async_wait(boost::asio::use_awaitable);
    }
  }

  struct Token {};
  std::shared_ptr<SystemdBus> bus_;
  std::weak_ptr<Token> call_;  // lives as long as the thread of the newest call works
};

}  // namespace

std::unique_ptr<ServiceManager> make_service_manager(std::shared_ptr<SystemdBus> bus) {
  return std::make_unique<Systemd>(std::move(bus));
}

}  // namespace orchestrate::system
