#include "render/backups.hpp"
#include "backup/inventory.hpp"
#include "cli/find_run.hpp"
#include "cli/place.hpp"
#include "cli/session.hpp"
#include "cli/terminal.hpp"
#include "cli/verbs.hpp"
#include "engine/backup_memory.hpp"

namespace orchestrate::cli {
namespace {

/// What runs and nights have found, the oldest first.
std::vector<Json> proofs_in(const std::filesystem::path& state) {
  if (!std::filesystem::exists(state)) return {};
  return backup_memory(*open_for_reading(state)).proofs;
}

BackupRow row_of(const backup::Stored& backup) {
  return {.path = backup.path.string(),
          .origin = std::string(to_string(backup.origin)),
          .level = std::string(to_string(backup.level)),
          .size = backup.size,
          .taken_at = backup.taken_at,
          .proven_at = backup.proven_at,
          .restored_in = backup.cost,
          .revisions = backup.revisions,
          .run = backup.run,
          .trouble = backup.damaged.empty() ? backup.trouble : "its verification failed: " + backup.damaged};
}

}  // namespace

int backups(const Arguments& arguments) {
  Loaded loaded = load(policy_file(arguments.app));
  const Session session(std::move(loaded.policy), arguments, Reach::project, State::as_it_is);
  const Policy& policy = session.application().policy;
  std::vector<BackupRow> rows;
  for (const backup::Stored& backup : backup::inventory(policy, proofs_in(session.state_directory())))
    rows.push_back(row_of(backup));
  write(stdout, arguments.format == Format::json
                    ? to_pretty_text(backups_json(policy.app, rows)) + "\n"
                    : backups_text(rows, std::chrono::system_clock::now(), style_of(stdout)));
  return 0;
}

}  // namespace orchestrate::cli
