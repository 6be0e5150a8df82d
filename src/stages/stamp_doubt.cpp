#include "stages/stamp_doubt.hpp"

#include <algorithm>
#include <array>
#include <string_view>

#include "orchestrate/evidence.hpp"

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

}  // namespace

void doubt_the_stamp(const Exit& exit, const Policy& policy, Outcome& outcome) {
  const bool unchanged =
      std::ranges::find(outcome.evidence, evidence::database_unchanged, &Evidence::name) != outcome.evidence.end();
  const auto symptom = std::ranges::find_if(
      symptoms, [&](const Symptom& one) { return exit.err.find(one.condition) != std::string::npos; });
  if (!unchanged || symptom == symptoms.end()) return;
  outcome.details.emplace_back(symptom->says);
  outcome.next = "correct the revision, or find the one that the schema is really at, then: orchestrate stamp " +
                 policy.app + " REV --reason \"...\"";
}

}  // namespace orchestrate
