#include <array>
#include <span>
#include <utility>

#include "cli/by_daemon.hpp"
#include "cli/new_run.hpp"
#include "cli/verbs.hpp"
#include "stages/built_schema.hpp"
#include "stages/stamp.hpp"

namespace orchestrate::cli {
namespace {

/// A run of these stages in the place of the policy's pipeline, which is for migrations; the first may have a setting.
int run_of(const Arguments& arguments, std::string verb, std::span<const StageKind* const> kinds,
           const Settings& first) {
  if (const auto daemon = daemon_for(arguments, arguments.app)) return done_by(*daemon, arguments, verb, arguments.app);
  Loaded loaded = load(policy_file(arguments.app));
  loaded.policy.window.reset();
  Policy alone = loaded.policy;  // the stages themselves ask how the policy rehearses
  alone.pipeline.clear();
  for (const StageKind* kind : kinds)
    alone.pipeline.push_back({.kind = std::string(kind->name), .name = std::string(kind->name)});
  alone.pipeline.front().settings = first;
  loaded.plan = std::get<Plan>(make_plan(alone, kinds));
  RunCreated request{.app = loaded.policy.app, .verb = std::move(verb), .target = arguments.target};
  return new_run(std::move(loaded), arguments, std::move(request));
}

}  // namespace

int drift(const Arguments& arguments) {
  static constexpr std::array kinds = {&drift_stage};
  return run_of(arguments, "drift", kinds, {});
}

int adopt(const Arguments& arguments) {
  static constexpr std::array kinds = {&adoption_check_stage, &stamp_stage};
  Settings first;
  first.set("revision", arguments.target, {});
  return run_of(arguments, "adopt", kinds, first);
}

}  // namespace orchestrate::cli
