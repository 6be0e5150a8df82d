#include <algorithm>
#include <array>
#include <chrono>

#include "cli/by_daemon.hpp"
#include "cli/new_run.hpp"
#include "cli/verbs.hpp"
#include "orchestrate/error.hpp"
#include "stages/backup.hpp"
#include "stages/preflight.hpp"
#include "stages/rehearsal.hpp"
#include "stages/verify_backup.hpp"

namespace orchestrate::cli {
namespace {

/// The backups that there are: nothing is dumped for a rehearsal.
const StageKind& newest_backup() {
  static const StageKind kind = [] {
    StageKind newest = backup_stage;
    newest.bind = [](const StageSpec& spec, const Policy& policy) { return verification_of(spec, policy); };
    return newest;
  }();
  return kind;
}

/// Where the policy's pipeline has no rehearsal, one without bounds.
StageSpec rehearsal_of(const Policy& policy) {
  if (const StageSpec* spec = policy.stage_of_kind(rehearsal_stage.name)) return *spec;
  StageSpec spec{.kind = std::string(rehearsal_stage.name), .name = std::string(rehearsal_stage.name)};
  spec.settings.set("round_trip", true, {});
  return spec;
}

Plan plan_of(Policy& policy) {
  const StageSpec rehearsal = rehearsal_of(policy);
  std::erase_if(policy.pipeline, [](const StageSpec& spec) {
    return spec.kind != preflight_stage.name && spec.kind != backup_stage.name;
  });
  for (StageSpec& spec : policy.pipeline)  // what is proven further is of no use here
    if (spec.kind == backup_stage.name) spec.settings.set("verify", std::string("intact"), {});
  policy.pipeline.push_back(rehearsal);
  const std::array kinds = {&preflight_stage, &newest_backup(), &rehearsal_stage};
  auto planned = make_plan(policy, kinds);
  if (auto* plan = std::get_if<Plan>(&planned)) return std::move(*plan);
  throw Error(ErrorKind::policy, "rehearse " + policy.app, std::get<std::vector<Problem>>(planned).front().message,
              "correct " + policy.file.string());
}

}  // namespace

int rehearse(const Arguments& arguments) {
  if (const auto daemon = daemon_for(arguments, arguments.app))
    return done_by(*daemon, arguments, "rehearse", arguments.app);
  Loaded loaded = load(policy_file(arguments.app));
  RunCreated request{.app = loaded.policy.app, .verb = "rehearse", .target = target_of(arguments, loaded.policy)};
  loaded.policy.window.reset();  // nothing of production is touched
  loaded.plan = plan_of(loaded.policy);
  return new_run(std::move(loaded), arguments, std::move(request));
}

}  // namespace orchestrate::cli
