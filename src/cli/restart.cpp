#include <array>

#include "cli/by_daemon.hpp"
#include "cli/new_run.hpp"
#include "cli/verbs.hpp"
#include "gate/stage.hpp"
#include "orchestrate/error.hpp"
#include "orchestrate/evidence.hpp"
#include "stages/journal.hpp"
#include "stages/services.hpp"

namespace orchestrate::cli {
namespace {

/// Behind the gate's word instead of a post-check's.
const StageKind& restart_when_open() {
  static constexpr std::array needs = {evidence::gate_open};
  static const StageKind kind = [] {
    StageKind changed = restart_stage;
    changed.needs = needs;
    return changed;
  }();
  return kind;
}

/// In the place of the policy's pipeline: of that, what starts services and looks at them, with its settings. A
/// pipeline with downtime has a `start` in the place of `restart`.
Plan plan_of(Policy& policy) {
  std::vector<StageSpec> pipeline = {{.kind = std::string(gate_stage.name), .name = std::string(gate_stage.name)}};
  for (StageSpec spec : policy.pipeline) {
    if (spec.kind == start_stage.name) spec.kind = restart_stage.name;
    const bool starts = spec.kind == restart_stage.name, looks = spec.kind == journal_stage.name;
    if (starts || looks) pipeline.push_back(std::move(spec));
  }
  if (pipeline.size() == 1)
    throw Error(ErrorKind::usage, "restart " + policy.app, "its policy restarts no service",
                "add `- restart` to the pipeline in " + policy.file.string());
  policy.pipeline = std::move(pipeline);
  const std::array kinds = {&gate_stage, &restart_when_open(), &journal_stage};
  return std::get<Plan>(make_plan(policy, kinds));
}

}  // namespace

int restart(const Arguments& arguments) {
  if (const auto daemon = daemon_for(arguments, arguments.app))
    return done_by(*daemon, arguments, "restart", arguments.app);
  Loaded loaded = load(policy_file(arguments.app));
  RunCreated request{.app = loaded.policy.app, .verb = "restart"};
  loaded.policy.window.reset();  // that is for migrations
  loaded.plan = plan_of(loaded.policy);
  return new_run(std::move(loaded), arguments, std::move(request));
}

}  // namespace orchestrate::cli
