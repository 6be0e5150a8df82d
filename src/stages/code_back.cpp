#include "stages/code_back.hpp"

#include <algorithm>
#include <array>
#include <filesystem>
#include <system_error>

#include <fmt/format.h>
#include <fmt/ranges.h>

#include "git/git.hpp"
#include "git/repository.hpp"
#include "git/unwanted.hpp"
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

/// Files that the commit holds and today's does not, and that lie here all the same, ignored: no restore point holds
/// them, and a checkout would write over them without a word.
Task<std::vector<std::string>> ignored_in_the_way(Git git, Repository repository, std::string commit) {
  const Argv added = {"diff", "--name-only", "--no-renames", "--diff-filter=A", "-z", "HEAD", commit};
  const std::string output = co_await git.in(repository.top_level).run(added);
  std::vector<std::string> found;
  for (const std::string& path : nul_separated(output)) {
    const bool is_kept = std::ranges::find(repository.status.untracked, path) != repository.status.untracked.end();
    std::error_code none;
    if (!is_kept && fs::exists(fs::symlink_status(repository.top_level / path, none))) found.push_back(path);
  }
  co_return found;
}

Outcome refused(const std::vector<Obstacle>& obstacles) {
  Outcome outcome{Verdict::failed, obstacles.front().what, {}, {}, {}};
  for (const Obstacle& obstacle : obstacles) outcome.details.push_back(obstacle.text());
  return outcome;
}

class CodeSource final : public Stage {
 public:
  CodeSource(std::string commit, std::uint64_t max_file) : commit_(std::move(commit)), max_file_(max_file) {}

  std::string describe() const override { return "look whether the code at " + commit_ + " can be checked out"; }

  Task<Outcome> run(StageContext& context) const override {
    const Git git = git_of(context);
    const Argv parse = {"rev-parse", "--verify", "--end-of-options", commit_ + "^{commit}"};
    const std::string commit = one_line(co_await git.run(parse));
    const auto looked = co_await look_at(git);
    if (const Obstacle* obstacle = std::get_if<Obstacle>(&looked)) {
      const std::vector<Obstacle> only = {*obstacle};
      co_return refused(only);
    }
    const auto& repository = std::get<Repository>(looked);
    std::vector<Obstacle> found = obstacles(repository, max_file_);
    const auto ignored = co_await ignored_in_the_way(git, repository, commit);
    for (const std::string& path : ignored)
      found.push_back({fmt::format("{} is ignored here and tracked at {:.7}: a checkout would write over it",
                                   printable(path), commit),
                       "move it away, or roll back with --code keep"});
    if (!found.empty()) co_return refused(found);
    Outcome outcome{
        Verdict::passed, fmt::format("commit {} can be checked out", commit.substr(0, short_commit)), {}, {}, {}};
    outcome.evidence.push_back({std::string(evidence::code_source), Json::object({{"commit", commit}})});
    co_return outcome;
  }

 private:
  std::string commit_;
  std::uint64_t max_file_;
};

class CodeFits final : public Stage {
 public:
  std::string describe() const override { return "look whether that code knows the backup's schema"; }

  Task<Outcome> run(StageContext& context) const override {
    const Git git = git_of(context);
    const std::string commit = context.run.evidence(evidence::code_source).text_or("commit");
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
    outcome.evidence.push_back({std::string(evidence::code_fits), Json::object({{"commit", commit}})});
    co_return outcome;
  }
};

class Checkout final : public Stage {
 public:
  std::string describe() const override { return "check that code out, on a detached HEAD; branches stay as they are"; }

  Task<Outcome> run(StageContext& context) const override {
    const std::string commit = context.run.evidence(evidence::code_source).text_or("commit");
    const std::string present = context.run.evidence(evidence::restore_point_recorded).text_or("commit");
    const Git git = git_of(context);
    const Argv compare = {"diff", "--quiet", commit, present};
    const Exit same_files = co_await git.ask(compare);
    const Argv parse = {"rev-parse", "--verify", "HEAD"};
    const std::string head = one_line(co_await git.run(parse));
    if (head != commit || !same_files.ok()) {
      // As if all that lies here had been committed: the restore point holds it, so nothing of it is lost, and files
      // that only the newer code has go away.
      const Argv detach = {"update-ref", "--no-deref", "HEAD", present}, index = {"read-tree", present},
                 go = {"checkout", "--quiet", "--no-overwrite-ignore", "--detach", commit};
      co_await git.run(detach);
      co_await git.run(index);
      co_await git.run(go);
    }
    Outcome outcome{Verdict::passed,
                    fmt::format("at {}; what was here is kept as {}", commit.substr(0, short_commit),
                                context.run.evidence(evidence::restore_point_recorded).text_or("ref")),
                    {},
                    {},
                    {}};
    outcome.evidence.push_back({std::string(evidence::code_back), Json::object({{"commit", commit}})});
    co_return outcome;
  }
};

constexpr std::array<Key, 2> source_keys = {
    {{"commit", ValueType::text, Presence::required, {}, "The code to go to"},
     {"max_file", ValueType::size, Presence::required, {}, "A larger untracked file is refused, as by restore_point"}}};
constexpr std::array source_needs = {evidence::restore_source};
constexpr std::array source_provides = {evidence::code_source};
constexpr std::array fits_needs = {evidence::database_rebuilt, evidence::code_source};
constexpr std::array fits_provides = {evidence::code_fits};
constexpr std::array checkout_needs = {evidence::code_fits, evidence::restore_point_recorded, evidence::upgrade_done};
constexpr std::array checkout_provides = {evidence::code_back};

std::unique_ptr<Stage> bind_source(const StageSpec& spec, const Policy&) {
  return std::make_unique<CodeSource>(spec.settings.text("commit"), spec.settings.size("max_file").bytes);
}
std::unique_ptr<Stage> bind_fits(const StageSpec&, const Policy&) {
  return std::make_unique<CodeFits>();
}
std::unique_ptr<Stage> bind_checkout(const StageSpec&, const Policy&) {
  return std::make_unique<Checkout>();
}

}  // namespace

const StageKind code_source_stage = {.name = "code",
                                     .purpose = "Look whether the code to go back to can be checked out.",
                                     .keys = source_keys,
                                     .needs = source_needs,
                                     .provides = source_provides,
                                     .timeout = std::chrono::minutes(2),
                                     .bind = bind_source};
const StageKind code_fits_stage = {.name = "code_fits",
                                   .purpose = "Look whether the code to go back to knows the backup's schema.",
                                   .needs = fits_needs,
                                   .provides = fits_provides,
                                   .timeout = std::chrono::minutes(2),
                                   .bind = bind_fits};
const StageKind checkout_stage = {.name = "checkout",
                                  .purpose = "Check out the code that belongs to the backup.",
                                  .needs = checkout_needs,
                                  .provides = checkout_provides,
                                  .effect = always_changes,
                                  .timeout = std::chrono::minutes(5),
                                  .bind = bind_checkout};

}  // namespace orchestrate
