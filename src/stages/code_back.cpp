#include "stages/code_back.hpp"

#include <algorithm>
#include <array>
#include <filesystem>
#include <system_error>

#include <fmt/format.h>
#include <fmt/ranges.h>

#include "git/git.hpp"
#include "orchestrate/error.hpp"
#include "orchestrate/evidence.hpp"
#include "review/graph.hpp"

namespace orchestrate {
namespace {

namespace fs = std::filesystem;

constexpr std::size_t short_commit = 7;

Git git_of(const StageContext& context) {
  const Project& project = context.application.policy.project;
  return {context.ports.commands, {project.user, context.application.home}, project.path, context.stop};
}

std::string one_line(std::string text) {
  while (text.ends_with('\n')) text.pop_back();
  return text;
}

/// A directory that goes away again.
class Exported {
 public:
  explicit Exported(fs::path directory) : directory_(std::move(directory)) {
    remove();
    fs::create_directories(directory_);
  }
  ~Exported() { remove(); }
  Exported(const Exported&) = delete;
  Exported& operator=(const Exported&) = delete;
  const fs::path& directory() const { return directory_; }

 private:
  void remove() {
    std::error_code none;
    fs::remove_all(directory_, none);
  }
  fs::path directory_;
};

/// The version files as they are in that commit.
Task<RevisionGraph> revisions_at(StageContext& context, Git git, std::string commit) {
  const Policy& policy = context.application.policy;
  const Exported exported(context.output.parent_path() / "code");
  const std::string archive = (exported.directory() / "versions.tar").string();
  Argv arguments = {"archive", "--format=tar", "--output=" + archive, commit, "--"};
  std::vector<fs::path> directories;
  for (const fs::path& versions : policy.migrations.versions) {
    const fs::path relative = versions.lexically_relative(policy.project.path);
    arguments.push_back(relative.string());
    directories.push_back(exported.directory() / relative);
  }
  co_await git.run(arguments);
  Command unpack;
  unpack.argv = {"/usr/bin/tar", "--extract", "--file=" + archive, "--directory=" + exported.directory().string()};
  const Exit exit = co_await context.ports.commands.run(std::move(unpack), context.stop);
  if (!exit.ok()) throw Error(ErrorKind::failed, "read the version files of " + commit, "tar: " + exit.text());
  co_return read_revisions(directories);
}

class CodeSource final : public Stage {
 public:
  explicit CodeSource(std::string commit) : commit_(std::move(commit)) {}

  std::string describe() const override { return "look whether the code at " + commit_ + " knows the backup's schema"; }

  Task<Outcome> run(StageContext& context) const override {
    const Git git = git_of(context);
    const Argv parse = {"rev-parse", "--verify", "--end-of-options", commit_ + "^{commit}"};
    const std::string commit = one_line(co_await git.run(parse));
    if (context.output.empty()) co_return Outcome{Verdict::passed, "would " + describe(), {}, {}, {}};
    const auto rows = context.run.evidence(evidence::database_rebuilt)["revisions"].as_strings();
    const RevisionGraph graph = co_await revisions_at(context, git, commit);
    for (const std::string& row : rows)
      if (!graph.find(row))
        co_return Outcome{
            Verdict::failed,
            fmt::format("the code at {:.7} does not know revision {}, which the backup holds", commit, row),
            {},
            {},
            {},
            fmt::format("orchestrate rollback {} --code COMMIT --confirm {}  (a commit that knows it)", context.target,
                        context.run.created.confirmed.value_or("DATABASE"))};
    Outcome outcome{Verdict::passed,
                    fmt::format("commit {} knows {}", commit.substr(0, short_commit), fmt::join(rows, ", ")),
                    {},
                    {},
                    {}};
    outcome.evidence.push_back({std::string(evidence::code_source), Json::object({{"commit", commit}})});
    co_return outcome;
  }

 private:
  std::string commit_;
};

class Checkout final : public Stage {
 public:
  std::string describe() const override { return "check that code out, on a detached HEAD; branches stay as they are"; }

  Task<Outcome> run(StageContext& context) const override {
    const std::string commit = context.run.evidence(evidence::code_source).text_or("commit");
    const std::string present = context.run.evidence(evidence::restore_point_recorded).text_or("commit");
    const Git git = git_of(context);
    const Argv parse = {"rev-parse", "--verify", "HEAD"};
    const std::string head = one_line(co_await git.run(parse));
    if (head != commit) {
      // As if all that lies here had been committed: the restore point holds it, so nothing of it is lost, and files
      // that only the newer code has go away.
      const Argv detach = {"update-ref", "--no-deref", "HEAD", present}, index = {"read-tree", present},
                 go = {"checkout", "--quiet", "--detach", commit};
      co_await git.run(detach);
      co_await git.run(index);
      co_await git.run(go);
    }
    co_return Outcome{Verdict::passed,
                      fmt::format("at {}; what was here is kept as {}", commit.substr(0, short_commit),
                                  context.run.evidence(evidence::restore_point_recorded).text_or("ref")),
                      {},
                      {},
                      {}};
  }
};

constexpr std::array<Key, 1> source_keys = {{{"commit", ValueType::text, Presence::required, {}, "The code to go to"}}};
constexpr std::array source_needs = {evidence::database_rebuilt};
constexpr std::array source_provides = {evidence::code_source};
constexpr std::array checkout_needs = {evidence::code_source, evidence::restore_point_recorded, evidence::upgrade_done};

std::unique_ptr<Stage> bind_source(const StageSpec& spec, const Policy&) {
  return std::make_unique<CodeSource>(spec.settings.text("commit"));
}
std::unique_ptr<Stage> bind_checkout(const StageSpec&, const Policy&) {
  return std::make_unique<Checkout>();
}

}  // namespace

const StageKind code_source_stage = {.name = "code",
                                     .purpose = "Look whether the code to go back to knows the backup's schema.",
                                     .keys = source_keys,
                                     .needs = source_needs,
                                     .provides = source_provides,
                                     .timeout = std::chrono::minutes(2),
                                     .bind = bind_source};
const StageKind checkout_stage = {.name = "checkout",
                                  .purpose = "Check out the code that belongs to the backup.",
                                  .needs = checkout_needs,
                                  .effect = always_changes,
                                  .timeout = std::chrono::minutes(5),
                                  .bind = bind_checkout};

}  // namespace orchestrate
