#include "stages/edited_revisions.hpp"

#include <fmt/format.h>

#include "orchestrate/evidence.hpp"

namespace orchestrate {
namespace {

Finding edited(const Revision& revision, const AppliedRevision& applied) {
  return {
      .rule = "edited-after-applied",
      .category = "cannot-judge",
      .severity = Severity::blocks,
      .revision = revision.id,
      .object = {},
      .place = {revision.file.string(), 0, 0},
      .hazard = fmt::format("revision {} was edited after it was applied on {} by run {}", revision.id,
                            utc_text(applied.at), applied.run),
      .effect = "the database holds what the file said then; a database built from the files now is another one",
      .remedy = "bring back the file as it was applied (git log -p shows it), and write the change as a new revision",
      .file_sha256 = revision.sha256};
}

}  // namespace

std::vector<Finding> edited_revisions(const StageContext& context, const RevisionGraph& graph) {
  const Json& pending = context.run.evidence(evidence::migration_pending);
  const auto in_database = graph.ancestors(pending["from"].as_strings());
  std::vector<Finding> findings;
  for (const AppliedRevision& applied : context.applied) {
    const Revision* revision = graph.find(applied.id);
    if (!revision || !in_database.contains(applied.id) || revision->sha256 == applied.file_sha256) continue;
    findings.push_back(edited(*revision, applied));
  }
  return findings;
}

}  // namespace orchestrate
