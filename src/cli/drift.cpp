#include <array>

#include "cli/by_daemon.hpp"
#include "cli/new_run.hpp"
#include "cli/verbs.hpp"
#include "stages/built_schema.hpp"
#include "stages/stamp.hpp"

namespace orchestrate::cli {
namespace {

StageSpec spec_of(const StageKind& kind) {
  return {.kind = std::string(kind.name), .name = std::string(kind.name)};
}

}  // namespace

int drift(const Arguments& arguments) {
  if (const auto daemon = daemon_for(arguments, arguments.app))
    return done_by(*daemon, arguments, "drift", arguments.app);
  Loaded loaded = load(policy_file(arguments.app));
  RunCreated request{.app = loaded.policy.app, .verb = "drift"};
  loaded.policy.window.reset();
  const std::array kinds = {&drift_stage};
  Policy alone = loaded.policy;
  alone.pipeline = {spec_of(drift_stage)};
  loaded.plan = std::get<Plan>(make_plan(alone, kinds));
  return new_run(std::move(loaded), arguments, std::move(request));
}

int adopt(const Arguments& arguments) {
  if (const auto daemon = daemon_for(arguments, arguments.app))
    return done_by(*daemon, arguments, "adopt", arguments.app);
  Loaded loaded = load(policy_file(arguments.app));
  RunCreated request{.app = loaded.policy.app, .verb = "adopt", .target = arguments.target};
  loaded.policy.window.reset();
  const std::array kinds = {&adoption_check_stage, &stamp_stage};
  Policy alone = loaded.policy;
  alone.pipeline = {spec_of(adoption_check_stage), spec_of(stamp_stage)};
  alone.pipeline.front().settings.set("revision", arguments.target, {});
  loaded.plan = std::get<Plan>(make_plan(alone, kinds));
  return new_run(std::move(loaded), arguments, std::move(request));
}

}  // namespace orchestrate::cli
