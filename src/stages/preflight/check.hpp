#pragma once

#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "orchestrate/obstacle.hpp"
#include "orchestrate/stage.hpp"
#include "review/graph.hpp"
#include "schema/state.hpp"
#include "stages/preflight/relations.hpp"

namespace orchestrate::preflight {

/// What one check found.
struct Answer {
  std::vector<Obstacle> obstacles;  ///< none: passed
  std::vector<std::string> advice;  ///< worth knowing, in nobody's way
};

/// Which revisions would run, and the version rows before and after.
struct Pending {
  std::vector<std::string> from, to, revisions;
};

/// What the checks of one preflight look at, and what earlier ones found for later ones.
struct Inspection {
  StageContext& context;
  const Settings& settings;

  std::unique_ptr<Database> database;                  ///< found by `database`
  std::optional<DatabaseIdentity> identity;            ///< found by `database`
  std::vector<std::filesystem::path> script_versions;  ///< found by `alembic config`, where it can be read
  std::vector<std::string> version_rows;               ///< found by `version table`
  std::optional<Pending> pending;                      ///< found by `revisions`
  std::optional<Relations> relations;                  ///< found by `affected tables`, else by who asks first

  const Application& application() const { return context.application; }
  const Policy& policy() const { return context.application.policy; }
};

/// One question about the live host.
struct Check {
  std::string_view name;
  std::string_view after;  ///< the check without whose pass this one cannot be made; empty: none
  Task<Answer> (*make)(Inspection&);
};

Answer passed();
Answer refused(std::string what, std::string fix);

std::span<const Check> project_checks();
std::span<const Check> environment_checks();
std::span<const Check> database_checks();
std::span<const Check> revision_checks();
std::span<const Check> affected_checks();
std::span<const Check> activity_checks();
std::span<const Check> host_checks();

}  // namespace orchestrate::preflight
