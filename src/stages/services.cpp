#include "stages/services.hpp"

#include <array>

#include <fmt/format.h>

#include "orchestrate/evidence.hpp"
#include "stages/health.hpp"
#include "stages/running_code.hpp"

namespace orchestrate {
namespace {

std::string names_of(const std::vector<UnitName>& units) {
  std::string text;
  for (const UnitName& unit : units) text += (text.empty() ? "" : ", ") + unit.text();
  return text;
}

std::string logs_of(const UnitName& unit) {
  return fmt::format("journalctl -u {} -n 120 --no-pager", unit.text());
}

Json to_json(const UnitState& state) {
  const auto last_start = std::chrono::duration_cast<std::chrono::microseconds>(state.last_start.time_since_epoch());
  return Json::object({{"active_state", state.active_state},
                       {"sub_state", state.sub_state},
                       {"invocation_id", state.invocation_id},
                       {"last_start_us", last_start.count()},
                       {"restarts", state.restarts}});
}

/// Starts units by one of systemd's two verbs, in order, and watches each before the next.
class Starting final : public Stage {
 public:
  enum class Verb { restart, start };

  Starting(Verb verb, std::vector<UnitName> units, HealthWindow window)
      : verb_(verb), units_(std::move(units)), window_(std::move(window)) {}

  std::string describe() const override {
    return fmt::format("{} {} over D-Bus, then watch for {} s{}", verb_ == Verb::restart ? "restart" : "start",
                       names_of(units_), std::chrono::duration<double>(window_.stable_for).count(),
                       window_.probe ? ", with probe " + window_.probe->name : "");
  }

  Task<Outcome> run(StageContext& context) const override {
    Json healthy = Json::object();
    for (const UnitName& unit : units_) {
      const UnitState before = co_await context.ports.services.state(unit, context.stop);
      context.record(std::string(fact::service_before) + unit.text(), to_json(before));
      const JobEnd job = co_await begin(context, unit);
      if (!job.ok()) co_return failed(context, unit, "its start job ended with '" + job.result + "'");
      // A unit that runs already is not started anew by `start`; then its running invocation is the one to watch.
      const bool anew = verb_ == Verb::restart || before.active_state != "active";
      const std::string old_invocation = anew ? before.invocation_id : std::string();
      const auto health = co_await watch_health(context, unit, old_invocation, window_);
      if (const auto* unhealthy = std::get_if<Unhealthy>(&health)) co_return failed(context, unit, unhealthy->why);
      healthy.set(unit.text(), std::get<std::string>(health));
    }
    Outcome outcome{Verdict::passed,
                    fmt::format("{} active, stable for {} s", names_of(units_),
                                std::chrono::duration<double>(window_.stable_for).count()),
                    {},
                    {},
                    {}};
    outcome.evidence.push_back({std::string(evidence::services_healthy), std::move(healthy)});
    const auto code = co_await running_code(context);
    if (code) outcome.evidence.push_back(*code);
    co_return outcome;
  }

 private:
  Task<JobEnd> begin(StageContext& context, const UnitName& unit) const {
    context.progress(unit.text());
    return verb_ == Verb::restart ? context.ports.services.restart(unit, context.stop)
                                  : context.ports.services.start(unit, context.stop);
  }

  static Outcome failed(const StageContext& context, const UnitName& unit, const std::string& why) {
    Outcome outcome{Verdict::failed, unit.text() + ": " + why, {}, {}, {}};
    outcome.details.push_back("look: " + logs_of(unit));
    outcome.next = "mend " + unit.text() + " (" + logs_of(unit) + "), then: " + start_again_command(context);
    return outcome;
  }

  Verb verb_;
  std::vector<UnitName> units_;
  HealthWindow window_;
};

class Stopping final : public Stage {
 public:
  explicit Stopping(std::vector<UnitName> units) : units_(std::move(units)) {}

  std::string describe() const override { return "stop " + names_of(units_) + " over D-Bus"; }

  Task<Outcome> run(StageContext& context) const override {
    Json stopped = Json::array();
    for (const UnitName& unit : units_) {
      const UnitState before = co_await context.ports.services.state(unit, context.stop);
      const bool runs = before.active_state != "inactive" && before.active_state != "failed";
      if (runs) context.record(fact::services_stopped, stopped.push(unit.text()));
      const JobEnd job = co_await context.ports.services.stop(unit, context.stop);
      if (!job.ok())
        co_return Outcome{Verdict::failed,
                          fmt::format("{}: its stop job ended with '{}'", unit.text(), job.result),
                          {"look: " + logs_of(unit)},
                          {},
                          {}};
    }
    co_return Outcome{Verdict::passed, names_of(units_) + " stopped", {}, {}, {}};
  }

 private:
  std::vector<UnitName> units_;
};

constexpr Key units_key = {
    .name = "units", .type = ValueType::unit_list, .purpose = "Units in this order, instead of `services`."};
constexpr std::array<Key, 3> starting_keys = {{
    units_key,
    {.name = "stable_for",
     .type = ValueType::duration,
     .fallback = "10s",
     .purpose = "How long each unit must stay active, in one invocation and without automatic restarts."},
    {.name = "probe",
     .type = ValueType::section,
     .purpose = "What must answer at the end of that time, beside systemd: one of its keys.",
     .section = probe_keys},
}};
constexpr std::array<Key, 1> stopping_keys = {{units_key}};
constexpr std::array starting_needs = {evidence::migration_current};
constexpr std::array starting_provides = {evidence::services_healthy};
constexpr std::array stopping_needs = {evidence::preflight_passed, evidence::review_passed};

std::vector<std::string> starting_problems(const Settings& settings) {
  if (!settings.has("probe")) return {};
  return probe_problems(settings.section("probe"));
}

template <Starting::Verb verb>
std::unique_ptr<Stage> bind_starting(const StageSpec& spec, const Policy& policy) {
  HealthWindow window{spec.settings.duration("stable_for"), {}};
  if (spec.settings.has("probe")) window.probe = probe_from(spec.settings.section("probe"));
  return std::make_unique<Starting>(verb, units_of(spec, policy), std::move(window));
}

std::unique_ptr<Stage> bind_stopping(const StageSpec& spec, const Policy& policy) {
  return std::make_unique<Stopping>(units_of(spec, policy));
}

}  // namespace

std::vector<UnitName> units_of(const StageSpec& spec, const Policy& policy) {
  return spec.settings.has("units") ? spec.settings.units("units") : policy.services;
}

std::string start_again_command(const StageContext& context) {
  const std::string& app = context.application.policy.app;
  if (context.run.created.verb == "restart") return "orchestrate restart " + app;
  if (context.run.restores()) return "orchestrate resume " + context.run.id;
  return "orchestrate apply " + app + "  (it finishes the restart that is owed)";
}

const StageKind restart_stage = {.name = "restart",
                                 .purpose = "Restart the services over D-Bus and watch them stay healthy.",
                                 .keys = starting_keys,
                                 .needs = starting_needs,
                                 .provides = starting_provides,
                                 .effect = always_changes,
                                 .services = Services::touched,
                                 .timeout = std::chrono::minutes(10),
                                 .problems = starting_problems,
                                 .bind = bind_starting<Starting::Verb::restart>};

const StageKind start_stage = {.name = "start",
                               .purpose = "Start the services that `stop` stopped, and watch them stay healthy.",
                               .keys = starting_keys,
                               .needs = starting_needs,
                               .provides = starting_provides,
                               .effect = always_changes,
                               .services = Services::touched,
                               .timeout = std::chrono::minutes(10),
                               .problems = starting_problems,
                               .bind = bind_starting<Starting::Verb::start>};

const StageKind stop_stage = {.name = "stop",
                              .purpose = "Stop the services before an upgrade that needs downtime.",
                              .keys = stopping_keys,
                              .needs = stopping_needs,
                              .effect = always_changes,
                              .services = Services::touched,
                              .timeout = std::chrono::minutes(5),
                              .bind = bind_stopping};

}  // namespace orchestrate
