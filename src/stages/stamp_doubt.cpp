#include "stages/stamp_doubt.hpp"

#include <algorithm>
#include <array>
#include <string_view>

#include <fmt/format.h>
#include <fmt/ranges.h>

#include "orchestrate/evidence.hpp"
#include "stages/preflight/alembic_config.hpp"

namespace orchestrate {
namespace {

constexpr std::string_view behind =
    "the schema already has what a pending revision makes: it was made by hand, or the version rows are behind it";
constexpr std::string_view past =
    "the schema lacks what a pending revision builds on: the version rows were stamped past it, or the revision is "
    "wrong";

/// PostgreSQL's conditions as psycopg and asyncpg name them.
struct Symptom {
  std::string_view condition, says;
};
constexpr std::array symptoms = {
    Symptom{"DuplicateTable", behind}, Symptom{"DuplicateColumn", behind}, Symptom{"DuplicateObject", behind},
    Symptom{"UndefinedTable", past},   Symptom{"UndefinedColumn", past},
};

std::string stamp_command(const Policy& policy) {
  if (!preflight::alembic_config_file(policy)) return "stamp it with the project's own command";
  return fmt::format("cd {} && sudo -u {} {} stamp REV", policy.project.path.string(), policy.project.user,
                     fmt::join(policy.migrations.command, " "));
}

}  // namespace

void doubt_the_stamp(const Exit& exit, const Policy& policy, Outcome& outcome) {
  const bool unchanged =
      std::ranges::find(outcome.evidence, evidence::database_unchanged, &Evidence::name) != outcome.evidence.end();
  const auto symptom = std::ranges::find_if(
      symptoms, [&](const Symptom& one) { return exit.err.find(one.condition) != std::string::npos; });
  if (!unchanged || symptom == symptoms.end()) return;
  outcome.details.emplace_back(symptom->says);
  outcome.next = "correct the revision, or find the one that the schema is really at, then: " + stamp_command(policy);
}

}  // namespace orchestrate
