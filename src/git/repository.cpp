#include "git/repository.hpp"

#include <pwd.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <array>

#include "git/unwanted.hpp"
#include "orchestrate/error.hpp"

namespace orchestrate {
namespace {

const Argv where = {"rev-parse", "--absolute-git-dir", "--show-toplevel"};
const Argv status = {"status",       "--porcelain=v2",          "--branch", "-z", "--untracked-files=all",
                     "--no-renames", "--ignore-submodules=none"};
const Argv index_flags = {"ls-files", "-v", "-z"};

/// An operation that is under way while `file` exists in the git directory.
struct Trace {
  const char *file, *operation, *end_it;
};
constexpr std::array traces = {
    Trace{"MERGE_HEAD", "a merge", "git merge --continue, or git merge --abort"},
    Trace{"rebase-merge", "a rebase", "git rebase --continue, or git rebase --abort"},
    Trace{"rebase-apply", "a rebase or am", "git status names the command that ends it"},
    Trace{"CHERRY_PICK_HEAD", "a cherry-pick", "git cherry-pick --continue, or git cherry-pick --abort"},
    Trace{"REVERT_HEAD", "a revert", "git revert --continue, or git revert --abort"},
    Trace{"BISECT_LOG", "a bisect", "git bisect reset"},
    Trace{"index.lock", "another git command (it holds index.lock)",
          "wait for it; when no git runs, remove index.lock from the git directory"},
};

std::string owner_of(const std::filesystem::path& path) {
  struct stat entry{};
  if (::stat(path.c_str(), &entry) != 0) return "another user";
  const passwd* user = ::getpwuid(entry.st_uid);
  return user ? user->pw_name : "uid " + std::to_string(entry.st_uid);
}

Obstacle foreign_owner(const std::filesystem::path& directory) {
  const std::string owner = owner_of(directory);
  return {"the repository of " + directory.string() + " is not owned by the user we run as (directory: " + owner + ")",
          "set project.user to its owner, or chown -R " + std::to_string(::geteuid()) + " " + directory.string()};
}
Obstacle no_repository(const std::filesystem::path& directory) {
  const std::string path = directory.string();
  return {path + " is in no git repository",
          "git -C " + path + " init && git -C " + path + " add . && git -C " + path + " commit -m begin"};
}
Obstacle no_work_tree(const std::filesystem::path& directory) {
  return {directory.string() + " is in a bare repository, without files to keep",
          "set project.path to a checkout of it"};
}

/// What git says on stderr when there is nothing to look at.
struct No {
  const char* said;
  Obstacle (*obstacle)(const std::filesystem::path&);
};
constexpr std::array answers = {No{"dubious ownership", foreign_owner}, No{"not a git repository", no_repository},
                                No{"must be run in a work tree", no_work_tree}};

Obstacle why_not(const Git& git, const Exit& exit) {
  const auto said = [&](const No& no) { return exit.err.find(no.said) != std::string::npos; };
  const auto found = std::ranges::find_if(answers, said);
  if (found != answers.end()) return found->obstacle(git.directory());
  throw Error(ErrorKind::failed, "look at the repository of " + git.directory().string(), git_reason(exit));
}

/// `ls-files -v` tags: lower case is assume-unchanged, S is skip-worktree, which a sparse checkout sets rightly on
/// files that are not there.
const char* hiding_flag(char tag) {
  if (tag >= 'a' && tag <= 'z') return "assume-unchanged";
  return tag == 'S' ? "skip-worktree" : nullptr;
}

std::vector<Obstacle> hidden_files(const std::filesystem::path& top_level, std::string_view listing) {
  std::vector<Obstacle> hidden;
  for (const std::string& record : nul_separated(listing)) {
    const char* flag = hiding_flag(record.at(0));
    const std::string path = record.substr(2);
    struct stat entry{};
    if (!flag || ::lstat((top_level / path).c_str(), &entry) != 0) continue;
    hidden.push_back({printable(path) + " is marked " + flag + ", so git does not see its changes",
                      "git -C " + top_level.string() + " update-index --no-" + flag + " " + printable(path)});
  }
  return hidden;
}

std::vector<Obstacle> operations(const Repository& repository) {
  std::vector<Obstacle> found;
  for (const Trace& trace : traces)
    if (std::filesystem::exists(repository.git_dir / trace.file))
      found.push_back(
          {std::string(trace.operation) + " is under way in " + repository.top_level.string(), trace.end_it});
  return found;
}

void add_each(std::vector<Obstacle>& obstacles, const std::vector<std::string>& paths, const std::string& what,
              const std::string& fix) {
  for (const std::string& path : paths)
    obstacles.push_back({printable(path) + " " + what, fix + " " + printable(path)});
}

}  // namespace

Task<std::variant<Repository, Obstacle>> look_at(Git git) {
  const Exit exit = co_await git.ask(where);
  if (!exit.ok()) co_return why_not(git, exit);
  const std::size_t line = exit.out.find('\n');
  if (line == std::string::npos || std::ranges::count(exit.out, '\n') != 2)
    throw Error(ErrorKind::failed, "look at the repository of " + git.directory().string(),
                "its path holds a line break", "move the checkout");
  Repository repository;
  repository.git_dir = exit.out.substr(0, line);
  repository.top_level = exit.out.substr(line + 1, exit.out.size() - line - 2);
  const Git top = git.in(repository.top_level);
  const Exit listed = co_await top.ask(status);
  if (!listed.ok())
    throw Error(ErrorKind::failed, "git status in " + repository.top_level.string(), git_reason(listed));
  repository.status = parse_status(listed.out);
  const Exit flags = co_await top.ask(index_flags);
  if (!flags.ok())
    throw Error(ErrorKind::failed, "git ls-files in " + repository.top_level.string(), git_reason(flags));
  repository.hidden = hidden_files(repository.top_level, flags.out);
  repository.under_way = operations(repository);
  co_return repository;
}

std::vector<Obstacle> obstacles(const Repository& repository, std::uint64_t max_file) {
  std::vector<Obstacle> found = repository.under_way;
  const std::string top = repository.top_level.string();
  add_each(found, repository.status.unmerged, "has a conflict that is not resolved",
           "edit it, then git -C " + top + " add");
  add_each(found, repository.status.dirty_submodules, "is a submodule with changes of its own",
           "commit or stash them in " + top + "/");
  found.insert(found.end(), repository.hidden.begin(), repository.hidden.end());
  const std::vector<Obstacle> files = unwanted_files(repository.top_level, repository.status.untracked, max_file);
  found.insert(found.end(), files.begin(), files.end());
  return found;
}

}  // namespace orchestrate
