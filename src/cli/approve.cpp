#include <cstdlib>

#include <fmt/format.h>
#include <pwd.h>
#include <unistd.h>

#include "cli/place.hpp"
#include "cli/session.hpp"
#include "cli/terminal.hpp"
#include "cli/verbs.hpp"
#include "ledger/open.hpp"
#include "orchestrate/error.hpp"
#include "orchestrate/event.hpp"
#include "render/json.hpp"
#include "review/graph.hpp"

namespace orchestrate::cli {
namespace {

std::string person() {
  if (const char* name = std::getenv("SUDO_USER")) return name;
  const passwd* entry = ::getpwuid(::getuid());
  return entry ? entry->pw_name : fmt::format("uid {}", ::getuid());
}

/// The file that an approval is bound to: a finding's id begins with its revision.
const Revision& revision_of(const RevisionGraph& graph, const std::string& finding) {
  for (const Revision& revision : graph.revisions)
    if (finding.starts_with(revision.id + ":")) return revision;
  throw Error(ErrorKind::usage, "approve " + finding, "no revision of the project has that id",
              "copy the finding as review prints it: REVISION:RULE:OBJECT");
}

}  // namespace

int approve(const Arguments& arguments) {
  const std::string by = person();
  Loaded loaded = load(policy_file(arguments.app));
  const Opened opened = open_application(std::move(loaded.policy));
  const Policy& policy = opened.application.policy;
  const auto state = state_directory(policy.app, arguments);
  make_state_directory(state, opened.account);
  drop_root(opened.account);

  const RevisionGraph graph = read_revisions(policy.migrations.versions);
  const Revision& revision = revision_of(graph, arguments.finding);
  const Approval approval{arguments.finding, revision.sha256, arguments.reason, by,
                          utc_text(std::chrono::system_clock::now())};
  open_ledger(state, LedgerAccess::write, opened.redactor)->approve(approval);
  if (arguments.format == Format::json)
    write(stdout, to_pretty_text(Json::object({{"schema_version", json_schema_version},
                                               {"finding", approval.finding},
                                               {"file", revision.file.string()},
                                               {"file_sha256", approval.file_sha256},
                                               {"by", approval.by},
                                               {"at", approval.at}})) +
                      "\n");
  else
    write(stdout, fmt::format("approved {} for {} as it is now (sha256 {:.12})\n", approval.finding,
                              revision.file.string(), approval.file_sha256));
  return 0;
}

}  // namespace orchestrate::cli
