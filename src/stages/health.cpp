#include "stages/health.hpp"

#include <algorithm>

#include <fmt/format.h>

namespace orchestrate {
namespace {

using namespace std::chrono_literals;

constexpr auto interval = 200ms;  // a crash between two looks still shows in InvocationID and NRestarts
constexpr auto probe_interval = 1s;

std::string as_systemd_says(const UnitState& state) {
  return fmt::format("{} ({}), result {}, {} automatic restarts", state.active_state, state.sub_state, state.result,
                     state.restarts);
}

/// Why `now` is not the healthy continuation of `first`; empty when it is.
std::string broken(const UnitState& first, const UnitState& now) {
  if (now.active_state != "active") return as_systemd_says(now);
  if (now.invocation_id != first.invocation_id || now.restarts != first.restarts)
    return "it died and was started again: " + as_systemd_says(now);
  return {};
}

/// Asks the window's probe: now and then until it first passes, and at the end.
class Probing {
 public:
  Probing(StageContext& context, const HealthWindow& window) : context_(context), window_(window) {}

  Task<> look(std::chrono::milliseconds elapsed) {
    if (!window_.probe || has_passed_ || elapsed < next_) co_return;
    const std::string why = co_await probe_failure(context_, *window_.probe);
    has_passed_ = why.empty();
    next_ = elapsed + probe_interval;
  }

  /// Why it does not pass at the end; empty when it does, or when there is none.
  Task<std::string> verdict() const {
    if (!window_.probe) co_return "";
    const std::string why = co_await probe_failure(context_, *window_.probe);
    if (why.empty()) co_return "";
    const double seconds = std::chrono::duration<double>(window_.stable_for).count();
    if (has_passed_)
      co_return fmt::format("its probe {} passed at first, and not after {} s: {}", window_.probe->name, seconds, why);
    co_return fmt::format("its probe {} did not pass within {} s: {}", window_.probe->name, seconds, why);
  }

 private:
  StageContext& context_;
  const HealthWindow& window_;
  bool has_passed_ = false;
  std::chrono::milliseconds next_{};
};

}  // namespace

Task<std::variant<std::string, Unhealthy>> watch_health(StageContext& context, UnitName unit,
                                                        std::string old_invocation, HealthWindow window) {
  Clock& clock = context.ports.clock;
  const UnitState first = co_await context.ports.services.state(unit, context.stop);
  if (const std::string why = broken(first, first); !why.empty()) co_return Unhealthy{why};
  if (first.invocation_id == old_invocation)
    co_return Unhealthy{"systemd did not start it anew: its invocation is still " + old_invocation};

  Probing probing(context, window);
  const auto begin = clock.boot();
  for (auto elapsed = 0ms; elapsed < window.stable_for; elapsed = clock.boot() - begin) {
    context.progress(fmt::format("{} active, watched {} of {} s", unit.text(), elapsed.count() / 1000,
                                 std::chrono::duration<double>(window.stable_for).count()));
    co_await clock.sleep(std::min<std::chrono::milliseconds>(interval, window.stable_for - elapsed), context.stop);
    const UnitState now = co_await context.ports.services.state(unit, context.stop);
    if (const std::string why = broken(first, now); !why.empty())
      co_return Unhealthy{fmt::format("{} s after its start: {}", (clock.boot() - begin).count() / 1000, why)};
    co_await probing.look(clock.boot() - begin);
  }
  if (const std::string why = co_await probing.verdict(); !why.empty()) co_return Unhealthy{why};
  co_return first.invocation_id;
}

}  // namespace orchestrate
