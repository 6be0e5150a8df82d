#include "stages/changed_since_review.hpp"

#include <algorithm>

#include <fmt/format.h>

#include "backup/proof.hpp"
#include "orchestrate/evidence.hpp"
#include "stages/code_evidence.hpp"

namespace orchestrate {
namespace {

std::vector<std::string> sorted_texts(const Json& array) {
  auto texts = array.as_strings();
  std::ranges::sort(texts);
  return texts;
}

}  // namespace

std::vector<std::string> changed_code(const StageContext& context) {
  std::vector<std::string> changes;
  const Json& reviewed = context.run.evidence(evidence::review_passed)["code"];
  for (const std::string& path : code_differences(reviewed, code_evidence(context.application.policy)))
    changes.push_back(path + " is not as it was reviewed");
  return changes;
}

std::vector<std::string> changed_since_review(const StageContext& context, const SchemaState& now,
                                              const DatabaseIdentity& identity) {
  std::vector<std::string> changes = changed_code(context);
  const Json& pending = context.run.evidence(evidence::migration_pending);
  if (rows_of(now) != sorted_texts(pending["from"]))
    changes.push_back(fmt::format("the database is at {} now, at {} when it was reviewed", revisions_text(rows_of(now)),
                                  revisions_text(pending["from"].as_strings())));
  if (to_json(identity) != context.run.evidence(evidence::preflight_passed)["database"])
    changes.push_back("the URL leads to another database server or database than in preflight");
  for (const StageRecord& stage : context.run.stages)
    for (const Evidence& proof : stage.outcome.evidence)
      if (proof.name == evidence::backup_intact && !backup::still_as_proven(proof.facts))
        changes.push_back("backup " + proof.facts.text_or("path") + " is not the file that was verified");
  return changes;
}

}  // namespace orchestrate
