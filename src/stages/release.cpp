#include "stages/release.hpp"

#include <algorithm>
#include <array>
#include <filesystem>
#include <set>

#include <fmt/format.h>

#include "git/git.hpp"
#include "orchestrate/evidence.hpp"

namespace orchestrate {
namespace {

namespace fs = std::filesystem;

/// The run that upgraded last; nullptr: the ledger knows none.
const AppliedRevision* last_upgrade(const std::vector<AppliedRevision>& applied) {
  const AppliedRevision* last = nullptr;
  for (const AppliedRevision& revision : applied)
    if (!revision.was_there && (!last || revision.at > last->at)) last = &revision;
  return last;
}

/// The restore point of a run, and what git says of it.
class Release {
 public:
  Release(Git git, const Policy& policy, const AppliedRevision& last)
      : git_(std::move(git)), policy_(policy), last_(last), ref_("refs/orchestrate/" + last.run) {}

  Task<bool> is_known() const {
    const Argv arguments = {"rev-parse", "--verify", "--quiet", ref_ + "^{commit}"};
    const Exit exit = co_await git_.ask(arguments);
    co_return exit.ok();
  }

  /// Version files of then, as paths of now.
  Task<std::set<fs::path>> files_then() const {
    Argv arguments = {"ls-tree", "-r", "-z", "--name-only", ref_, "--"};
    for (const fs::path& versions : policy_.migrations.versions)
      arguments.push_back(versions.lexically_relative(policy_.project.path).string() + "/");
    const std::string listed = co_await git_.run(arguments);
    std::set<fs::path> files;
    for (const std::string& name : nul_separated(listed)) files.insert(policy_.project.path / name);
    co_return files;
  }

  /// Python files that changed since, but version files.
  Task<std::vector<std::string>> code_changed() const {
    const Argv arguments = {"diff", "--name-only", "--relative", "-z", ref_, "--", "*.py"};
    const std::string listed = co_await git_.run(arguments);
    std::vector<std::string> code;
    for (const std::string& name : nul_separated(listed))
      if (!is_version_file(policy_.project.path / name)) code.push_back(name);
    co_return code;
  }

  std::string since() const { return fmt::format("run {} of {}", last_.run, utc_text(last_.at).substr(0, 10)); }

 private:
  bool is_version_file(const fs::path& file) const {
    const auto& versions = policy_.migrations.versions;
    return std::ranges::find(versions, file.parent_path()) != versions.end();
  }

  Git git_;
  const Policy& policy_;
  const AppliedRevision& last_;
  std::string ref_;
};

Finding rides_along(const Revision& revision, const Release& release) {
  return {.rule = "rides-along",
          .category = "compatibility",
          .severity = Severity::warning,
          .revision = revision.id,
          .object = {},
          .place = {revision.file.string(), 0, 0},
          .hazard = "revision " + revision.id + " was there already at " + release.since() + ", which did not run it",
          .effect = "it runs with this release, though nothing that the release changed shows it",
          .remedy = "see why it was left out; to leave it out again, apply with --target below it",
          .file_sha256 = revision.sha256};
}

bool contracts(const Finding& finding) {
  static constexpr std::array<std::string_view, 3> rules = {"drop-column", "drop-table", "rename"};
  return std::ranges::find(rules, finding.rule) != rules.end();
}

Finding code_and_contract(const Finding& contract, const std::vector<std::string>& code, const Release& release) {
  Finding finding = contract;
  finding.rule = "code-and-contract";
  finding.category = "advice";
  finding.severity = Severity::advice;
  finding.approved_by.clear();
  finding.hazard =
      fmt::format("{} changed since {}{}, and so does {}, which the old code may use", code.front(), release.since(),
                  code.size() == 1 ? "" : fmt::format(" with {} more files of code", code.size() - 1), contract.object);
  finding.effect = "until the restart, and after a way back, code runs that does not know the other's schema";
  finding.remedy = "release the code that no longer needs it first, and this revision with the next release";
  return finding;
}

}  // namespace

Task<std::vector<Finding>> release_findings(StageContext& context, const RevisionGraph& graph,
                                            const std::vector<Finding>& known) {
  std::vector<Finding> findings;
  const AppliedRevision* last = last_upgrade(context.applied);
  if (!last) co_return findings;
  const Policy& policy = context.application.policy;
  const Account account{policy.project.user, context.application.home};
  const Git git(context.ports.commands, account, policy.project.path, context.stop);
  const Release release(git, policy, *last);
  const bool is_known = co_await release.is_known();
  if (!is_known) co_return findings;

  const auto was_run = [&](const std::string& id) {  // and taken back since
    return std::ranges::find(context.applied, id, &AppliedRevision::id) != context.applied.end();
  };
  const std::set<fs::path> then = co_await release.files_then();
  for (const std::string& id : context.run.evidence(evidence::migration_pending)["revisions"].as_strings())
    if (const Revision* revision = graph.find(id); revision && then.contains(revision->file) && !was_run(id))
      findings.push_back(rides_along(*revision, release));
  const auto contract = std::ranges::find_if(known, contracts);
  if (contract == known.end()) co_return findings;
  const std::vector<std::string> code = co_await release.code_changed();
  if (!code.empty()) findings.push_back(code_and_contract(*contract, code, release));
  co_return findings;
}

}  // namespace orchestrate
