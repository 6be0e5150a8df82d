#include "stages/edited_revisions.hpp"

#include <algorithm>

#include <fmt/format.h>

#include "orchestrate/evidence.hpp"

namespace orchestrate {
namespace {

Finding edited(const Revision& revision, const AppliedRevision& applied) {
  const std::string_view since = applied.was_there ? "found in the database" : "applied";
  return {
      .rule = "edited-after-applied",
      .category = "cannot-judge",
      .severity = Severity::blocks,
      .revision = revision.id,
      .object = {},
      .place = {revision.file.string(), 0, 0},
      .hazard = fmt::format("revision {} was edited after it was {} on {} by run {}", revision.id, since,
                            utc_text(applied.at), applied.run),
      .effect = "the database holds what the file said then; a database built from the files now is another one",
      .remedy = "bring back the file as it was applied (git log -p shows it), and write the change as a new revision",
      .file_sha256 = revision.sha256};
}

Finding inserted(const Revision& revision) {
  return {.rule = "inserted-below-applied",
          .category = "cannot-judge",
          .severity = Severity::blocks,
          .revision = revision.id,
          .object = {},
          .place = {revision.file.string(), 0, 0},
          .hazard = "revision " + revision.id + " was put below revisions that are in the database already",
          .effect = "Alembic takes it for applied and never runs it",
          .remedy = "write it as a new revision on top; if it was run by hand, approve this",
          .file_sha256 = revision.sha256};
}

/// The whole history is known once its first revision is: what is known stands in it without gaps from then on.
bool is_whole(const std::vector<AppliedRevision>& known, const RevisionGraph& graph) {
  return std::ranges::any_of(known, [&](const AppliedRevision& applied) {
    const Revision* revision = graph.find(applied.id);
    return revision && revision->down.empty();
  });
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
  if (!is_whole(context.applied, graph)) return findings;
  std::vector<std::string> known;
  for (const AppliedRevision& applied : context.applied) known.push_back(applied.id);
  for (const std::string& id : graph.ancestors(known))
    if (in_database.contains(id) && std::ranges::find(known, id) == known.end())
      findings.push_back(inserted(*graph.find(id)));
  return findings;
}

Json not_yet_known(const StageContext& context, const RevisionGraph& graph) {
  Json files = Json::object();
  for (const std::string& id : graph.ancestors(context.run.evidence(evidence::migration_pending)["from"].as_strings()))
    if (std::ranges::find(context.applied, id, &AppliedRevision::id) == context.applied.end())
      files.set(id, graph.find(id)->sha256);
  return files;
}

}  // namespace orchestrate
