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

void check(const Policy& policy, const std::string& command, const StageSpec& stage, const Job& job,
           const UnitName& unit) {
  const auto refusal = bus::refusal_of_job(job.type, unit);
  if (!refusal) return;
  throw Error(ErrorKind::denied, command,
              fmt::format("stage {} may not {} {} over D-Bus: {}", stage.name, job.verb, unit.text(), *refusal),
              fmt::format("sudo orchestrate {}, or allow it in {}: {}", command, init::rules_file(policy.app),
                          init::units_rule(policy.units(), policy.project.user)));
}

}  // namespace

void check_unit_rights(const Policy& policy, const std::string& command) {
  if (::geteuid() == 0) return;
  for (const StageSpec& stage : policy.pipeline)
    for (const Job& job : jobs)
      if (job.kind == stage.kind)
        for (const UnitName& unit : units_of(stage, policy)) check(policy, command, stage, job, unit);
}

}  // namespace orchestrate::cli
