#include "orchestrate/evidence.hpp"
#include "stages/preflight/check.hpp"

namespace orchestrate::preflight {

std::vector<Question> questions(Inspection& inspection) {
  std::vector<Question> all;
  for (const auto& group : {project_checks(), environment_checks(), database_checks(), revision_checks(),
                            affected_checks(), activity_checks(), host_checks()})
    add_questions(all, group, inspection);
  return all;
}

std::vector<Evidence> proof_of(const Inspection& inspection, std::size_t checks) {
  const Pending& pending = *inspection.pending;
  return {{std::string(evidence::preflight_passed),
           Json::object({{"checks", checks}, {"database", to_json(*inspection.identity)}})},
          {std::string(evidence::migration_pending), Json::object({{"from", Json::of(pending.from)},
                                                                   {"to", Json::of(pending.to)},
                                                                   {"revisions", Json::of(pending.revisions)}})}};
}

}  // namespace orchestrate::preflight
