#include <fmt/format.h>
#include <fmt/ranges.h>

#include <array>

#include "orchestrate/error.hpp"
#include "stages/preflight/check.hpp"
#include "stages/preflight/privileges.hpp"
#include "stages/review.hpp"

namespace orchestrate::preflight {
namespace {

/// Reads the pending revisions as review does, and review does it again: that costs some twenty milliseconds of Python,
/// and what is judged must be the files as they are then. What cannot be read is unknown here, and refused there.
Task<Affected> affected_by_pending(Inspection& inspection) {
  const RevisionGraph graph = read_revisions(inspection.policy().migrations.versions);
  ReviewRequest request = review_request(inspection.policy());
  request.direction = inspection.context.run.direction();
  for (const std::string& id : inspection.pending->revisions)
    if (const Revision* revision = graph.find(id)) request.pending.push_back(revision);
  const bool complete = request.pending.size() == inspection.pending->revisions.size();
  std::string problem = complete ? "" : "a version file is gone";
  try {
    ReviewReport report =
        co_await review(inspection.context.ports.commands, std::move(request), inspection.context.stop);
    if (complete) co_return std::move(report.affected);
  } catch (const Error& error) {
    if (error.kind() == ErrorKind::stopped) throw;
    problem = error.doing() + ": " + error.why();
  }
  Affected affected;
  affected.unknown.push_back(problem);
  co_return affected;
}

Task<Answer> affected_tables(Inspection& inspection) {
  Affected affected = co_await affected_by_pending(inspection);
  inspection.relations = co_await relations_of(inspection, std::move(affected));
  const std::vector<std::string>& unknown = inspection.relations->unknown;
  Answer answer;
  if (unknown.empty()) co_return answer;
  const std::string more = unknown.size() > 1 ? fmt::format(", and {} more", unknown.size() - 1) : "";
  answer.advice.push_back(fmt::format("every table of {} counts as affected, since nobody can tell: {}{}",
                                      fmt::join(schemas_of(inspection.policy()), ", "), unknown.front(), more));
  co_return answer;
}

constexpr std::array checks = {
    Check{"affected tables", "revisions", affected_tables},
    Check{"owners", "database", owners},
};

}  // namespace

std::span<const Check> affected_checks() {
  return checks;
}

}  // namespace orchestrate::preflight
