#include <algorithm>

#include "backup/inventory.hpp"
#include "cli/by_daemon.hpp"
#include "cli/new_run.hpp"
#include "cli/restore_plan.hpp"
#include "cli/verbs.hpp"
#include "orchestrate/error.hpp"

namespace orchestrate::cli {
namespace {

namespace fs = std::filesystem;

/// A path, or the name of one of the policy's backups, or the run that took it.
fs::path dump_of(const Policy& policy, const std::string& word) {
  if (word.find('/') != std::string::npos) return fs::absolute(word).lexically_normal();
  const std::vector<Json> none;
  for (const backup::Stored& stored : backup::inventory(policy, none))
    if (stored.path.filename() == word || stored.run == word) return stored.path;
  throw Error(ErrorKind::usage, "restore " + policy.app, "no backup is called " + word,
              "orchestrate backups " + policy.app + " lists them; a path of one works as well");
}

}  // namespace

int restore(const Arguments& arguments) {
  Loaded loaded = load(policy_file(arguments.app));
  const std::string dump = dump_of(loaded.policy, arguments.backup).string();
  if (arguments.mode == Mode::act)
    if (const auto daemon = daemon_for(arguments, arguments.app)) {
      Arguments named = arguments;
      named.backup = dump;
      return done_by(*daemon, named, "restore", arguments.app);
    }
  RunCreated request{.app = loaded.policy.app, .verb = "restore", .target = dump};
  if (!arguments.confirmed.empty()) request.confirmed = arguments.confirmed;
  loaded.policy.window.reset();  // that is for migrations
  loaded.plan =
      restore_plan(loaded.policy, {.dump = dump, .last_dumps = last_dumps(loaded.policy.app, arguments), .commit = {}});
  if (arguments.mode == Mode::dry_run) return dry_run(std::move(loaded), arguments, std::move(request));
  return new_run(std::move(loaded), arguments, std::move(request));
}

}  // namespace orchestrate::cli
