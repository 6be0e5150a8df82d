#include "stages/health.hpp"

#include <algorithm>

#include <fmt/format.h>

#include "stages/project_command.hpp"

namespace orchestrate {
namespace {

using namespace std::chrono_literals;

constexpr auto interval = 200ms;  // a crash between two looks still shows in InvocationID and NRestarts

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

Task<std::string> probe_failure(StageContext& context, const Argv& probe) {
  if (probe.empty()) co_return "";
  Command command = project_command(context.application, probe);
  command.timeout = 30s;
  command.log = context.output;
  const Exit exit = co_await context.ports.commands.run(std::move(command), context.stop);
  if (exit.ok()) co_return "";
  co_return fmt::format("probe {}: {}", probe.front(), exit.text());
}

}  // namespace

Task<std::variant<std::string, Unhealthy>> watch_health(StageContext& context, UnitName unit,
                                                        std::string old_invocation, HealthWindow window) {
  Clock& clock = context.ports.clock;
  const UnitState first = co_await context.ports.services.state(unit, context.stop);
  if (const std::string why = broken(first, first); !why.empty()) co_return Unhealthy{why};
  if (first.invocation_id == old_invocation)
    co_return Unhealthy{"systemd did not start it anew: its invocation is still " + old_invocation};

  const auto begin = clock.boot();
  for (auto elapsed = 0ms; elapsed < window.stable_for; elapsed = clock.boot() - begin) {
    context.progress(fmt::format("{} active, watched {} of {} s", unit.text(), elapsed.count() / 1000,
                                 std::chrono::duration<double>(window.stable_for).count()));
    co_await clock.sleep(std::min<std::chrono::milliseconds>(interval, window.stable_for - elapsed), context.stop);
    const UnitState now = co_await context.ports.services.state(unit, context.stop);
    if (const std::string why = broken(first, now); !why.empty())
      co_return Unhealthy{fmt::format("{} s after its start: {}", (clock.boot() - begin).count() / 1000, why)};
  }
  if (const std::string why = co_await probe_failure(context, window.probe); !why.empty()) co_return Unhealthy{why};
  co_return first.invocation_id;
}

}  // namespace orchestrate
