#include "cli/unit_rights.hpp"

#include <algorithm>
#include <array>

#include <fmt/format.h>
#include <unistd.h>

#include "bus/unit_authority.hpp"
#include "init/polkit_rule.hpp"
#include "orchestrate/error.hpp"
#include "stages/services.hpp"

namespace orchestrate::cli {
namespace {

using bus::JobType;

struct Job {
  std::string_view kind;  // of the stage
  JobType type;
  std::string_view verb;  // as polkit knows it
};
// When a run fails after `stop`, what was stopped is started again.
constexpr std::array jobs = {Job{"restart", JobType::restart, "restart"}, Job{"start", JobType::start, "start"},
                             Job{"stop", JobType::stop, "stop"}, Job{"stop", JobType::start, "start"}};

}  // namespace

std::vector<MissingRight> missing_unit_rights(const Policy& policy) {
  std::vector<MissingRight> missing;
  for (const StageSpec& stage : policy.pipeline)
    for (const Job& job : jobs) {
      if (job.kind != stage.kind) continue;
      for (const UnitName& unit : units_of(stage, policy))
        if (const auto refusal = bus::refusal_of_job(job.type, unit))
          missing.push_back(
              {fmt::format("stage {} may not {} {} over D-Bus: {}", stage.name, job.verb, unit.text(), *refusal),
               fmt::format("allow it in {}: {}", init::rules_file(policy.app),
                           init::units_rule(policy.units(), policy.project.user))});
    }
  return missing;
}

void check_unit_rights(const Policy& policy, const std::string& command) {
  if (::geteuid() == 0) return;
  for (const MissingRight& right : missing_unit_rights(policy))
    throw Error(ErrorKind::denied, command, right.what, fmt::format("sudo orchestrate {}, or {}", command, right.rule));
}

}  // namespace orchestrate::cli
