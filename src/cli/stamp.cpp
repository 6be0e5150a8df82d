#include <array>

#include <fmt/ranges.h>

#include "cli/by_daemon.hpp"
#include "cli/new_run.hpp"
#include "cli/verbs.hpp"
#include "stages/stamp.hpp"

namespace orchestrate::cli {
namespace {

/// In the place of the policy's pipeline, which is for migrations.
Plan plan_of(Policy& policy, const std::vector<std::string>& revisions) {
  static constexpr std::array kinds = {&schema_check_stage, &stamp_stage};
  policy.pipeline.clear();
  for (const StageKind* kind : kinds) {
    StageSpec spec{.kind = std::string(kind->name), .name = std::string(kind->name)};
    spec.settings.set("revisions", revisions, {});
    policy.pipeline.push_back(std::move(spec));
  }
  return std::get<Plan>(make_plan(policy, kinds));
}

}  // namespace

int stamp(const Arguments& arguments) {
  if (arguments.mode == Mode::act)
    if (const auto daemon = daemon_for(arguments, arguments.app))
      return done_by(*daemon, arguments, "stamp", arguments.app);
  Loaded loaded = load(policy_file(arguments.app));
  RunCreated request{.app = loaded.policy.app,
                     .verb = "stamp",
                     .target = fmt::format("{}", fmt::join(arguments.revisions, " ")),
                     .reason = reason_of(arguments, "stamp " + loaded.policy.app)};
  loaded.policy.window.reset();
  loaded.plan = plan_of(loaded.policy, arguments.revisions);
  if (arguments.mode == Mode::dry_run) return dry_run(std::move(loaded), arguments, std::move(request));
  return new_run(std::move(loaded), arguments, std::move(request));
}

}  // namespace orchestrate::cli
