#include <algorithm>
#include <cstdlib>
#include <set>

#include <fmt/format.h>
#include <fmt/ranges.h>
#include <pwd.h>
#include <unistd.h>

#include "cli/audited_ledger.hpp"
#include "cli/place.hpp"
#include "cli/session.hpp"
#include "cli/terminal.hpp"
#include "cli/verbs.hpp"
#include "ledger/open.hpp"
#include "orchestrate/error.hpp"
#include "orchestrate/event.hpp"
#include "render/json.hpp"
#include "review/graph.hpp"
#include "review/rule.hpp"
#include "stages/review.hpp"

namespace orchestrate::cli {
namespace {

std::string person() {
  const char* sudo_user = std::getenv("SUDO_USER");
  if (sudo_user && ::getuid() == 0) return sudo_user;
  const passwd* entry = ::getpwuid(::getuid());
  return entry ? entry->pw_name : fmt::format("uid {}", ::getuid());
}

/// A finding's id begins with its revision.
const Revision& revision_of(const RevisionGraph& graph, const std::string& finding) {
  for (const Revision& revision : graph.revisions)
    if (finding.starts_with(revision.id + ":")) return revision;
  throw Error(ErrorKind::usage, "approve " + finding, "no revision of the project has that id",
              "copy the finding as review prints it: REVISION:RULE:OBJECT");
}

/// Rules that know more than the revision, which is all that this command looks at.
bool needs_more(const std::string& finding, const Revision& revision) {
  return std::ranges::any_of(review_rules(), [&](const Rule& rule) {
    const std::string begin = revision.id + ":" + std::string(rule.id);
    return rule.needs != Needs::nothing && (finding == begin || finding.starts_with(begin + ":"));
  });
}

/// What the finding is bound to: as a review of the revision alone finds it now, else as the newest run found it.
Task<std::string> find_or_refuse(Commands& commands, const Policy& policy, const Revision& revision,
                                 const Ledger& ledger, const std::string& finding) {
  ReviewRequest request = review_request(policy);
  request.pending = {&revision};
  ReviewReport report = co_await review(commands, std::move(request), std::stop_token());
  std::vector<Finding> known = std::move(report.findings);
  const auto of_file = std::ranges::find(known, revision.id, &Finding::revision);
  const std::string bound_to = of_file == known.end() ? revision.sha256 : of_file->file_sha256;
  for (const std::string& id : ledger.runs(1))
    for (const StageRecord& stage : replay(ledger.events(id)).stages)
      known.insert(known.end(), stage.outcome.findings.begin(), stage.outcome.findings.end());
  std::set<std::string> ids;
  for (const Finding& one : known) {
    if (one.id() == finding) co_return one.file_sha256;
    if (one.revision == revision.id) ids.insert(one.id());
  }
  if (needs_more(finding, revision)) co_return bound_to;
  throw Error(ErrorKind::usage, "approve " + finding, "review finds no such thing in " + revision.file.string(),
              ids.empty() ? "it finds nothing there" : fmt::format("it finds: {}", fmt::join(ids, ", ")));
}

}  // namespace

int approve(const Arguments& arguments) {
  const std::string reason = reason_of(arguments, "approve " + arguments.finding);
  const std::string by = person();
  Loaded loaded = load(policy_file(arguments.app));
  Session session(std::move(loaded.policy), arguments, Reach::project, State::made);
  session.make_commands(std::nullopt);
  const Policy& policy = session.application().policy;

  const RevisionGraph graph = read_revisions(policy.migrations.versions);
  const Revision& revision = revision_of(graph, arguments.finding);
  const auto ledger = audited(open_ledger(session.state_directory(), LedgerAccess::write, session.redactor()),
                              policy.app, session.redactor());
  std::string bound_to;
  const auto look = [&]() -> Task<int> {
    bound_to = co_await find_or_refuse(session.ports().commands, policy, revision, *ledger, arguments.finding);
    co_return 0;
  };
  session.run(look());
  const bool alone = bound_to == revision.sha256;
  const Approval approval{arguments.finding, bound_to, reason, by, utc_text(session.ports().clock.now())};
  ledger->approve(approval);
  if (arguments.format == Format::json)
    write(stdout, to_pretty_text(Json::object({{"schema_version", json_schema_version},
                                               {"finding", approval.finding},
                                               {"file", revision.file.string()},
                                               {"file_sha256", approval.file_sha256},
                                               {"by", approval.by},
                                               {"at", approval.at}})) +
                      "\n");
  else
    write(stdout, fmt::format("approved {} for {} {} (sha256 {:.12})\n", approval.finding, revision.file.string(),
                              alone ? "as it is now" : "as it was reviewed, with the modules that it uses",
                              approval.file_sha256));
  return 0;
}

}  // namespace orchestrate::cli
