#pragma once

#include <string_view>

/// The names under which stages prove things to each other.
namespace orchestrate::evidence {

inline constexpr std::string_view preflight_passed = "preflight.passed";
/// {"from": [...], "to": [...], "revisions": [...]}: what the database is at, and what would run.
inline constexpr std::string_view migration_pending = "migration.pending";
inline constexpr std::string_view backup_intact = "backup.intact";
/// {"path", "damaged": why}: of a stage that failed since the bytes of a dump are not what they should be.
inline constexpr std::string_view backup_damaged = "backup.damaged";
inline constexpr std::string_view review_passed = "review.passed";
/// What the pending migrations did on a copy: {"revisions_us": {"REVISION": MICROSECONDS}, "locks", "rewrites",
/// "losses", "schema", "way_back", "path", "sha256", "taken_at": of the backup, ...}
inline constexpr std::string_view rehearsal_passed = "rehearsal.passed";
/// A restore point that was to move the branch had not: HEAD is where it was. Found by recovery.
inline constexpr std::string_view checkout_unchanged = "checkout.unchanged";
inline constexpr std::string_view restore_point_recorded = "restore_point.recorded";
/// {"from": [...], "to": [...], "files": {"REVISION": "SHA-256"}}
inline constexpr std::string_view upgrade_done = "upgrade.done";
/// After an upgrade that failed: version rows and catalog fingerprint are both as before.
inline constexpr std::string_view database_unchanged = "database.unchanged";
/// After an upgrade that failed: the database did not answer when it was asked what was left.
inline constexpr std::string_view upgrade_unjudged = "upgrade.unjudged";
/// {"path", "sha256", "format", "taken_at", ...}: the backup that a restore is made from, read to its end.
inline constexpr std::string_view restore_source = "restore.source";
/// {"fresh", "tables", "rows", "revisions"}: a new database beside the present one holds what the backup held.
inline constexpr std::string_view database_rebuilt = "database.rebuilt";
/// {"commit"}: the code to go back to can be checked out.
inline constexpr std::string_view code_source = "code.source";
/// {"commit"}: it knows the schema of the backup.
inline constexpr std::string_view code_fits = "code.fits";
/// {"commit"}: that code is checked out.
inline constexpr std::string_view code_back = "code.back";
inline constexpr std::string_view migration_current = "migration.current";
/// {"standing", "why"}: the gate lets the services start.
inline constexpr std::string_view gate_open = "gate.open";
/// {"UNIT": "INVOCATION ID"} of every service that was restarted or started and stayed healthy.
inline constexpr std::string_view services_healthy = "services.healthy";
/// {"commit"}: what the services ran that stayed healthy. `rollback` goes back to the newest before the run.
inline constexpr std::string_view code_running = "code.running";

}  // namespace orchestrate::evidence

/// The names of facts: what a run must not forget even when it dies in the next instant.
namespace orchestrate::fact {

/// The schema state, identity and half-made objects before the upgrade's first attempt; from here on it has begun.
inline constexpr std::string_view database_before = "database.before";
/// The names and oids of a database and of the one that is to take its place; from here on there may be two.
inline constexpr std::string_view database_replacement = "database.replacement";
/// {"pid", "limit", "why"}: a statement of the migration that we cancel because it is over a limit.
inline constexpr std::string_view statement_cancelled = "statement.cancelled";
/// {"revisions": {"REVISION": {"rehearsed_us", "took_us"}}, "not_run", "not_rehearsed": [SQL], "unknown": how many}:
/// the upgrade beside its rehearsal, where the server counts statements.
inline constexpr std::string_view upgrade_recorded = "upgrade.recorded";
/// [{"what": "a lock on cfg.panels", "sessions", "longest_ms"}]: whom the migration kept waiting, as far as that was
/// seen.
inline constexpr std::string_view sessions_hindered = "sessions.hindered";
/// HEAD and branch before a restore point was made.
inline constexpr std::string_view restore_point_before = "restore_point.before";
/// The names of units that a stop stage stopped.
inline constexpr std::string_view services_stopped = "services.stopped";
/// Of these, the ones that could not be started again.
inline constexpr std::string_view services_not_started_again = "services.not_started_again";
/// Followed by a unit's name: how it was before we started it.
inline constexpr std::string_view service_before = "service.before:";
/// The name of an operator's own command that was run.
inline constexpr std::string_view command_ran = "command.ran";
/// Who holds the lock in the database.
inline constexpr std::string_view lock_busy = "lock.busy";
/// Where somebody else's dump, on which the run rests, is kept whatever its owner does.
inline constexpr std::string_view backup_kept = "backup.kept";
/// Since when, and until when, the policy's window lets no upgrade begin.
inline constexpr std::string_view window_closed = "window.closed";
/// Why the gate lets no service start.
inline constexpr std::string_view gate_closed = "gate.closed";
/// The lock in the database was lost while the upgrade ran.
inline constexpr std::string_view lock_lost = "lock.lost";
/// Followed by the name of a dump of ours that is about to be removed: {"path", "sha256", "reason"}.
inline constexpr std::string_view backup_expired = "backup.expired:";
/// What the policy's on_failure makes of a run that ends held: {"remedy", "run": the id of the run that goes back, and
/// what that needs to know}, or {"remedy", "held": why none does}. Not there where the policy says hold.
inline constexpr std::string_view on_failure = "on_failure";
/// The id of an earlier run whose last stages this one brings to their end.
inline constexpr std::string_view finishes = "finishes";

}  // namespace orchestrate::fact
