#pragma once

#include <string_view>

/// The names under which stages prove things to each other.
namespace orchestrate::evidence {

inline constexpr std::string_view preflight_passed = "preflight.passed";
/// {"from": [...], "to": [...], "revisions": [...]}: what the database is at, and what would run.
inline constexpr std::string_view migration_pending = "migration.pending";
inline constexpr std::string_view backup_intact = "backup.intact";
inline constexpr std::string_view review_passed = "review.passed";
inline constexpr std::string_view restore_point_recorded = "restore_point.recorded";
inline constexpr std::string_view upgrade_done = "upgrade.done";
/// After an upgrade that failed: version rows and catalog fingerprint are both as before.
inline constexpr std::string_view database_unchanged = "database.unchanged";
inline constexpr std::string_view migration_current = "migration.current";
/// {"UNIT": "INVOCATION ID"} of every service that was restarted or started and stayed healthy.
inline constexpr std::string_view services_healthy = "services.healthy";

}  // namespace orchestrate::evidence
