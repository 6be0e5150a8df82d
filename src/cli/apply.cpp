#include "cli/by_daemon.hpp"
#include "cli/new_run.hpp"
#include "cli/verbs.hpp"

namespace orchestrate::cli {
namespace {

RunCreated request_of(const Arguments& arguments, const Policy& policy, std::string verb) {
  return {.app = policy.app, .verb = std::move(verb), .target = target_of(arguments, policy)};
}

}  // namespace

int plan(const Arguments& arguments) {
  Loaded loaded = load(policy_file(arguments.app));
  RunCreated request = request_of(arguments, loaded.policy, "plan");
  return dry_run(std::move(loaded), arguments, std::move(request));
}

int apply(const Arguments& arguments) {
  if (arguments.mode == Mode::dry_run) return cli::plan(arguments);
  if (const auto daemon = daemon_for(arguments, arguments.app))
    return done_by(*daemon, arguments, "apply", arguments.app);
  Loaded loaded = load(policy_file(arguments.app));
  RunCreated request = request_of(arguments, loaded.policy, "apply");
  return new_run(std::move(loaded), arguments, std::move(request));
}

}  // namespace orchestrate::cli
