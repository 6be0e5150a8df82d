#pragma once

#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "orchestrate/stage.hpp"
#include "review/graph.hpp"
#include "schema/state.hpp"
#include "stages/checks.hpp"
#include "stages/preflight/relations.hpp"

namespace orchestrate::preflight {

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

using Check = CheckOf<Inspection>;

std::span<const Check> project_checks();
std::span<const Check> environment_checks();
std::span<const Check> database_checks();
std::span<const Check> revision_checks();
std::span<const Check> affected_checks();
std::span<const Check> activity_checks();
std::span<const Check> host_checks();

/// All of them, in the order in which one rests on another.
std::vector<Question> questions(Inspection& inspection);

/// What so many checks have proven when every one has passed.
std::vector<Evidence> proof_of(const Inspection& inspection, std::size_t checks);

}  // namespace orchestrate::preflight
