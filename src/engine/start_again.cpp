#include "engine/start_again.hpp"

#include "engine/conclude.hpp"
#include "orchestrate/error.hpp"
#include "orchestrate/evidence.hpp"

namespace orchestrate {
namespace {

Task<bool> started(ServiceManager& services, std::string name, const std::function<void(std::string_view)>& tell) {
  const auto unit = UnitName::parse(name);
  if (!unit) co_return false;
  try {
    const std::stop_token unstoppable;
    const JobEnd end = co_await services.start(*unit, unstoppable);
    if (!end.ok()) tell("start " + name + ": its job ended with '" + end.result + "'");
    co_return end.ok();
  } catch (const Error& error) {
    tell(error.what());
    co_return false;
  }
}

}  // namespace

bool may_start_again(const Run& run) {
  if (!run.fact(fact::command_ran).is_null()) return false;
  switch (phase_of(run)) {
    case Phase::before_upgrade:
      return true;
    case Phase::upgrading:
      return !run.evidence(evidence::database_unchanged).is_null();
    case Phase::after_upgrade:
      break;
  }
  return false;
}

Task<std::vector<std::string>> start_again(const Run& run, ServiceManager& services,
                                           std::function<void(std::string_view)> tell) {
  const Json stopped = run.fact(fact::services_stopped);
  std::vector<std::string> failed;
  if (stopped.is_null()) co_return failed;
  for (const std::string& name : stopped.as_strings()) {
    const bool running = co_await started(services, name, tell);
    if (!running) failed.push_back(name);
  }
  co_return failed;
}

}  // namespace orchestrate
