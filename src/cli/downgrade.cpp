#include "cli/by_daemon.hpp"
#include "cli/new_run.hpp"
#include "cli/verbs.hpp"
#include "orchestrate/direction.hpp"
#include "orchestrate/error.hpp"
#include "stages/project_command.hpp"

namespace orchestrate::cli {

int downgrade(const Arguments& arguments) {
  if (arguments.mode == Mode::act)
    if (const auto daemon = daemon_for(arguments, arguments.app))
      return done_by(*daemon, arguments, "downgrade", arguments.app);
  Loaded loaded = load(policy_file(arguments.app));
  if (!downgrade_argv(loaded.policy, arguments.target))
    throw Error(
        ErrorKind::usage, "downgrade " + loaded.policy.app, "its policy does not say how",
        "add migrations.downgrade to " + loaded.policy.file.string() + ", with {target} where the revision stands");
  RunCreated request{
      .app = loaded.policy.app, .verb = std::string(to_string(Direction::downgrade)), .target = arguments.target};
  if (!arguments.confirmed.empty()) request.confirmed = arguments.confirmed;
  loaded.plan = way_back(std::move(loaded.plan));
  if (arguments.mode == Mode::dry_run) return dry_run(std::move(loaded), arguments, std::move(request));
  return new_run(std::move(loaded), arguments, std::move(request));
}

}  // namespace orchestrate::cli
