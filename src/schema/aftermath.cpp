#include "schema/aftermath.hpp"

#include <algorithm>

#include "orchestrate/evidence.hpp"

namespace orchestrate {

Aftermath judge_aftermath(const Run& run, const SchemaState& now) {
  const Json& transactional = run.evidence(evidence::review_passed)["transactional"];
  const bool rolls_back = transactional.is_bool() && transactional.as_bool();
  if (rolls_back && now == state_from_json(run.fact("database.before"))) return Aftermath::unchanged;
  auto target = run.evidence(evidence::migration_pending)["to"].as_strings();
  std::ranges::sort(target);
  return now.versions == target ? Aftermath::at_target : Aftermath::unclear;
}

}  // namespace orchestrate
