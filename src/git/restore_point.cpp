#include "git/restore_point.hpp"

#include "git/index_copy.hpp"
#include "git/unwanted.hpp"
#include "orchestrate/error.hpp"

namespace orchestrate {
namespace {

// --sparse: new files outside a sparse checkout's cone are in the work tree too.
const Argv add_all = {"add", "--all", "--sparse"};
const Argv write_tree = {"write-tree"};
const Argv head_tree = {"rev-parse", "--verify", "HEAD^{tree}"};
const Argv changed_files = {"diff-files", "--name-only", "-z", "--ignore-submodules=none"};
const Argv new_files = {"ls-files", "--others", "--exclude-standard", "-z"};
const Argv author = {"-c", "user.useConfigOnly=true", "var", "GIT_AUTHOR_IDENT"};
const Argv committer = {"-c", "user.useConfigOnly=true", "var", "GIT_COMMITTER_IDENT"};

Git as_ourselves(const Git& git, const std::string& host) {
  const std::string mail = "orchestrate@" + host;
  return git.with("GIT_AUTHOR_NAME", "orchestrate")
      .with("GIT_AUTHOR_EMAIL", mail)
      .with("GIT_COMMITTER_NAME", "orchestrate")
      .with("GIT_COMMITTER_EMAIL", mail);
}

/// The project's own identity, ours where it has none.
Task<Git> with_identity(Git git, std::string host) {
  const Exit as_author = co_await git.ask(author);
  const Exit as_committer = co_await git.ask(committer);
  if (as_author.ok() && as_committer.ok()) co_return git;
  co_return as_ourselves(git, host);
}

Error changed_meanwhile(const Repository& repository, const std::string& path) {
  return {ErrorKind::failed, "verify the restore point of " + repository.top_level.string(),
          printable(path) + " changed while it was made", "stop what writes there, or add it to .gitignore"};
}

/// Compares every file's content with `index`.
Task<> require_equal(Git git, const IndexCopy& index, const Repository& repository) {
  index.distrust_cache();
  const Exit differing = co_await git.ask(changed_files);
  const Exit added = co_await git.ask(new_files);
  if (!differing.ok() || !added.ok())
    throw Error(ErrorKind::failed, "verify the restore point of " + repository.top_level.string(),
                git_reason(differing.ok() ? added : differing));
  for (const std::string& path : nul_separated(differing.out + added.out)) throw changed_meanwhile(repository, path);
}

/// The tree of the whole work tree, compared with it afterwards.
Task<std::string> tree_of_work_tree(Git git, const Repository& repository, const std::filesystem::path& scratch) {
  const IndexCopy index(repository.git_dir / "index", scratch);
  const Git aside = git.with("GIT_INDEX_FILE", index.path().string());
  index.distrust_cache();
  co_await aside.run(add_all);
  const std::string tree = co_await aside.run(write_tree);
  co_await require_equal(aside, index, repository);
  co_return tree;
}

Task<std::string> commit(Git git, std::string tree, std::string message, std::optional<std::string> parent) {
  Argv commit_tree = {"commit-tree", tree, "-m", message};
  if (parent) commit_tree.insert(commit_tree.end(), {"-p", *parent});
  co_return co_await git.run(commit_tree);
}

Task<> keep(Git git, std::string ref, std::string commit) {
  // With a reflog, so that a resumed run's second point does not lose the first.
  const Argv update = {"update-ref", "--create-reflog", "-m", "orchestrate: restore point", ref, commit};
  co_await git.run(update);
}

/// HEAD, and with it the branch, moves only from where it was seen; the index follows.
Task<> move_head(Git git, const Repository& repository, std::string commit, std::string tree) {
  const std::string before = repository.status.head.value_or("");  // empty: must not exist
  const Argv update = {"update-ref", "-m", "commit: restore point", "HEAD", commit, before};
  co_await git.run(update);
  co_await git.run(add_all);
  const std::string staged = co_await git.run(write_tree);
  if (staged != tree)
    throw Error(ErrorKind::failed, "verify the restore point of " + repository.top_level.string(),
                "files changed after commit " + commit, "stop what writes there and apply again");
}

/// The commit that `name` leads to; nullopt when there is none.
Task<std::optional<std::string>> commit_at(Git git, std::string name) {
  const Argv parse = {"rev-parse", "--verify", "--quiet", name + "^{commit}"};
  const Exit exit = co_await git.ask(parse);
  if (!exit.ok()) co_return std::nullopt;
  co_return exit.out.substr(0, exit.out.find('\n'));
}

}  // namespace

Task<RestorePoint> keep_beside(Git git, Repository repository, RestorePointRequest request) {
  const Git top = as_ourselves(git.in(repository.top_level), request.host);
  const std::string tree = co_await tree_of_work_tree(top, repository, request.scratch);
  const std::string point = co_await commit(top, tree, request.message, repository.status.head);
  co_await keep(top, request.ref, point);
  co_return RestorePoint{point, request.ref, repository.status.head, repository.status.branch};
}

Task<RestorePoint> keep_on_branch(Git git, Repository repository, RestorePointRequest request) {
  const std::optional<std::string> head = repository.status.head;
  const Git top = co_await with_identity(git.in(repository.top_level), request.host);
  const std::string tree = co_await tree_of_work_tree(top, repository, request.scratch);
  std::string before;
  if (head) before = co_await top.run(head_tree);
  if (tree == before) {
    co_await keep(top, request.ref, *head);
    co_return RestorePoint{*head, request.ref, head, repository.status.branch};
  }
  // By parts and in this order rather than by `git commit`: until the branch moves, nothing of the checkout has
  // changed.
  const std::string point = co_await commit(top, tree, request.message, head);
  co_await keep(top, request.ref, point);
  co_await move_head(top, repository, point, tree);
  co_return RestorePoint{point, request.ref, head, repository.status.branch};
}

Task<std::optional<RestorePoint>> complete_on_branch(Git git, std::string ref, std::optional<std::string> head_before) {
  const std::optional<std::string> head = co_await commit_at(git, "HEAD");
  if (head == head_before) co_return std::nullopt;
  const std::optional<std::string> point = co_await commit_at(git, ref);
  if (!head || head != point)
    throw Error(ErrorKind::failed, "look for the restore point of " + git.directory().string(),
                "HEAD is neither where it was nor at " + ref, "look at it: git reflog");
  const Argv branch_of_head = {"symbolic-ref", "--quiet", "--short", "HEAD"};
  const Exit branch = co_await git.ask(branch_of_head);
  co_await git.run(add_all);
  RestorePoint result{*head, ref, head_before, std::nullopt};
  if (branch.ok()) result.branch = branch.out.substr(0, branch.out.find('\n'));
  co_return result;
}

}  // namespace orchestrate
