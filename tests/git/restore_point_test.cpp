#include "git/restore_point.hpp"

#include <gmock/gmock.h>

#include "git/checkout.hpp"
#include "orchestrate/error.hpp"

namespace orchestrate {
namespace {

using testing::HasSubstr;

using Keep = Task<RestorePoint> (*)(Git, Repository, RestorePointRequest);

RestorePoint keep_at(Keep keep, Checkout& checkout, const std::filesystem::path& directory) {
  const Git git = checkout.git_at(directory);
  const auto looked = checkout.wait(look_at(git));
  RestorePointRequest request{"refs/orchestrate/r1", "before the migration", "vps1", checkout.scratch()};
  return checkout.wait(keep(git, std::get<Repository>(looked), request));
}
RestorePoint beside(Checkout& checkout) {
  return keep_at(keep_beside, checkout, checkout.path());
}
RestorePoint on_branch(Checkout& checkout) {
  return keep_at(keep_on_branch, checkout, checkout.path());
}

/// Compares the files of a commit, unpacked elsewhere, with the checkout: content, symlinks, executable bits.
void expect_holds_the_work_tree(const Checkout& checkout, const std::string& commit) {
  checkout.sh("rm -rf ../restored && mkdir ../restored && git -c tar.umask=0022 archive " + commit +
              " | tar -x -C ../restored");
  EXPECT_EQ(checkout.sh("diff -r --no-dereference --exclude=.git --exclude='*.log' . ../restored"), "");
  EXPECT_EQ(checkout.sh("cd ../restored; find . ! -type d -printf '%P %Y %M\\n' | sort"),
            checkout.sh("find . -name .git -prune -o ! -type d ! -name '*.log' -printf '%P %Y %M\\n' | sort"));
}

void edit(const Checkout& checkout) {
  checkout.sh(
      "echo '*.log' > .gitignore; echo big > bot.log; echo old > gone; git add .gitignore gone;"
      "git commit -qm more; rm gone; echo staged > staged.py; git add staged.py; echo later >> staged.py;"
      "echo more >> bot.py; mkdir new; echo x > new/file; ln -s nowhere link; chmod +x bot.py");
  checkout.write("odd\nname \xe9", "odd");
}

TEST(KeepBeside, HoldsTheWholeWorkTreeWithoutIgnoredFiles) {
  Checkout checkout;
  edit(checkout);
  const RestorePoint point = beside(checkout);
  expect_holds_the_work_tree(checkout, "refs/orchestrate/r1");
  EXPECT_EQ(checkout.sh("git rev-parse refs/orchestrate/r1"), point.commit);
  EXPECT_EQ(checkout.sh("git rev-parse refs/orchestrate/r1^"), point.head_before);
  EXPECT_EQ(point.branch, "main");
}

TEST(KeepBeside, LeavesHeadBranchIndexAndFilesAsTheyAreToTheByte) {
  Checkout checkout;
  edit(checkout);
  checkout.sh("touch -d 2020-01-01 bot.py");
  const auto before = footprint(checkout.path());
  beside(checkout);
  EXPECT_EQ(footprint(checkout.path()), before);
  EXPECT_TRUE(std::filesystem::is_empty(checkout.scratch()));
}

TEST(KeepBeside, BelievesContentRatherThanTimesAndSizes) {
  Checkout checkout;
  checkout.sh(
      "touch -d 2020-01-01 bot.py; git config core.trustctime false; git update-index --refresh -q;"
      "echo \"print('HELLO')\" > bot.py; touch -d 2020-01-01 bot.py");
  ASSERT_EQ(checkout.sh("git status --porcelain"), "") << "git itself should be fooled here";
  beside(checkout);
  EXPECT_EQ(checkout.sh("git show refs/orchestrate/r1:bot.py"), "print('HELLO')");
}

TEST(KeepBeside, WorksBeforeTheFirstCommit) {
  Checkout checkout;
  checkout.sh("rm -rf .git; git init -q -b main .");
  const RestorePoint point = beside(checkout);
  EXPECT_EQ(point.head_before, std::nullopt);
  EXPECT_EQ(checkout.sh("git rev-list --count refs/orchestrate/r1"), "1");
  expect_holds_the_work_tree(checkout, "refs/orchestrate/r1");
}

TEST(KeepBeside, WorksInALinkedWorkTree) {
  Checkout checkout;
  checkout.sh("git worktree add -q ../linked -b linked; echo here >> ../linked/bot.py");
  keep_at(keep_beside, checkout, checkout.path().parent_path() / "linked");
  EXPECT_THAT(checkout.sh("git show refs/orchestrate/r1:bot.py"), HasSubstr("here"));
}

TEST(KeepBeside, KeepsFilesThatASparseCheckoutLeftOut) {
  Checkout checkout;
  checkout.sh(
      "mkdir in out; echo 1 > in/a; echo 1 > out/b; git add .; git commit -qm dirs; git sparse-checkout set in;"
      "mkdir out; echo 2 > out/new; echo 2 > in/a");
  beside(checkout);
  EXPECT_EQ(checkout.sh("git ls-tree -r --name-only refs/orchestrate/r1"), "bot.py\nin/a\nout/b\nout/new");
}

TEST(KeepBeside, RecordsTheCommitOfASubmodule) {
  Checkout checkout;
  checkout.sh(
      "git clone -q . ../library && git -c protocol.file.allow=always submodule --quiet add ../library lib && "
      "git commit -qm submodule; git -C lib -c user.name=x -c user.email=x@x commit -q --allow-empty -m new");
  beside(checkout);
  EXPECT_EQ(checkout.sh("git rev-parse refs/orchestrate/r1:lib"), checkout.sh("git -C lib rev-parse HEAD"));
}

TEST(KeepBeside, KeepsTheFirstPointOfAResumedRunInTheReflog) {
  Checkout checkout;
  const RestorePoint first = beside(checkout);
  checkout.sh("echo more >> bot.py");
  const RestorePoint second = beside(checkout);
  EXPECT_EQ(checkout.sh("git rev-parse refs/orchestrate/r1 'refs/orchestrate/r1@{1}'"),
            second.commit + "\n" + first.commit);
}

TEST(KeepBeside, RunsNoHookAndNeverSigns) {
  Checkout checkout;
  checkout.sh(
      "for hook in pre-commit commit-msg post-commit reference-transaction post-index-change; do "
      "printf '#!/bin/sh\\ntouch %s/ran\\nexit 1\\n' '" +
      checkout.home().string() +
      "' > .git/hooks/$hook; chmod +x .git/hooks/$hook; done;"
      "git config commit.gpgsign true; git config gpg.program /bin/false; git config core.fsmonitor true");
  checkout.sh("echo more >> bot.py");
  EXPECT_NO_THROW(beside(checkout));
  EXPECT_NO_THROW(on_branch(checkout));
  EXPECT_FALSE(std::filesystem::exists(checkout.home() / "ran"));
}

TEST(KeepBeside, SaysWhatAFilterThatIsMissingSays) {
  Checkout checkout;
  checkout.sh(
      "git config filter.lfs.required true; git config filter.lfs.clean 'no-such-git-lfs clean';"
      "echo '*.bin filter=lfs' > .gitattributes; echo x > a.bin");
  const auto before = footprint(checkout.path());
  EXPECT_THROW(
      {
        try {
          beside(checkout);
        } catch (const Error& error) {
          EXPECT_THAT(error.what(), HasSubstr("clean filter 'lfs' failed"));
          throw;
        }
      },
      Error);
  EXPECT_EQ(footprint(checkout.path()), before);
  EXPECT_TRUE(std::filesystem::is_empty(checkout.scratch()));
}

TEST(KeepBeside, AcceptsLineEndingsThatGitConverts) {
  Checkout checkout;
  checkout.sh("git config core.autocrlf true; printf 'a\\r\\nb\\r\\n' > crlf.txt");
  EXPECT_NO_THROW(beside(checkout));
}

TEST(KeepOnBranch, CommitsEverythingUnderTheProjectsOwnIdentity) {
  Checkout checkout;
  edit(checkout);
  const RestorePoint point = on_branch(checkout);
  expect_holds_the_work_tree(checkout, "main");
  EXPECT_EQ(checkout.sh("git log -1 --format='%H %an <%ae> %cn %s'"),
            point.commit + " A Person <person@example.org> A Person before the migration");
  EXPECT_EQ(checkout.sh("git rev-parse main^"), point.head_before);
  EXPECT_EQ(checkout.sh("git status --porcelain"), "");
  EXPECT_EQ(checkout.sh("git rev-parse refs/orchestrate/r1"), point.commit);
}

TEST(KeepOnBranch, TakesHeadWhenTheCheckoutIsClean) {
  Checkout checkout;
  const auto before = footprint(checkout.path());
  const RestorePoint point = on_branch(checkout);
  EXPECT_EQ(point.commit, point.head_before);
  EXPECT_EQ(footprint(checkout.path()), before);
}

TEST(KeepOnBranch, UsesOurIdentityOnlyWhereThereIsNone) {
  Checkout checkout;
  checkout.sh("git config --unset user.name; git config --unset user.email; echo more >> bot.py");
  on_branch(checkout);
  EXPECT_EQ(checkout.sh("git log -1 --format='%an <%ae>'"), "orchestrate <orchestrate@vps1>");
}

TEST(KeepOnBranch, MakesTheFirstCommit) {
  Checkout checkout;
  checkout.sh("rm -rf .git; git init -q -b main .");
  on_branch(checkout);
  EXPECT_EQ(checkout.sh("git rev-list --count main"), "1");
}

TEST(KeepOnBranch, MovesADetachedHeadAndKeepsTheCommitUnderOurRef) {
  Checkout checkout;
  checkout.sh("git checkout -q --detach; echo more >> bot.py");
  const RestorePoint point = on_branch(checkout);
  EXPECT_EQ(checkout.sh("git rev-parse HEAD refs/orchestrate/r1"), point.commit + "\n" + point.commit);
  EXPECT_NE(checkout.sh("git rev-parse main"), point.commit);
}

TEST(KeepOnBranch, FailsWithoutMovingTheBranchWhenSomebodyElseMovedIt) {
  Checkout checkout;
  checkout.sh("echo more >> bot.py");
  const Git git = checkout.git();
  const auto looked = checkout.wait(look_at(git));
  checkout.sh("git commit -q --allow-empty -m theirs");
  const std::string theirs = checkout.sh("git rev-parse main");
  RestorePointRequest request{"refs/orchestrate/r1", "before", "vps1", checkout.scratch()};
  EXPECT_THROW(checkout.wait(keep_on_branch(git, std::get<Repository>(looked), request)), Error);
  EXPECT_EQ(checkout.sh("git rev-parse main"), theirs);
}

TEST(KeepOnBranch, LeavesTheCheckoutAsItIsWhenItFails) {
  Checkout checkout;
  checkout.sh("echo more >> bot.py; touch .git/refs/orchestrate");  // where our ref's directory would have to be
  const auto before = footprint(checkout.path());
  EXPECT_THROW(on_branch(checkout), Error);
  EXPECT_EQ(footprint(checkout.path()), before);
}

TEST(CompleteOnBranch, MakesTheIndexFollowABranchThatHadMoved) {
  Checkout checkout;
  edit(checkout);
  const std::string head = checkout.sh("git rev-parse HEAD");
  const RestorePoint point = on_branch(checkout);
  checkout.sh("git read-tree " + head);  // as it was when the process ended between branch and index
  ASSERT_NE(checkout.sh("git status --porcelain"), "");
  const auto completed = checkout.wait(complete_on_branch(checkout.git(), "refs/orchestrate/r1", head));
  ASSERT_TRUE(completed);
  EXPECT_EQ(completed->commit, point.commit);
  EXPECT_EQ(completed->branch, "main");
  EXPECT_EQ(checkout.sh("git status --porcelain"), "");
}

TEST(CompleteOnBranch, FindsThatTheBranchHadNotMoved) {
  Checkout checkout;
  edit(checkout);
  beside(checkout);  // the commit is kept, the branch is where it was
  const auto before = footprint(checkout.path());
  const std::string head = checkout.sh("git rev-parse HEAD");
  EXPECT_FALSE(checkout.wait(complete_on_branch(checkout.git(), "refs/orchestrate/r1", head)));
  EXPECT_EQ(footprint(checkout.path()), before);
}

TEST(CompleteOnBranch, TouchesNothingWhenSomebodyElseMovedTheBranch) {
  Checkout checkout;
  edit(checkout);
  const std::string head = checkout.sh("git rev-parse HEAD");
  beside(checkout);
  checkout.sh("git commit -qm other --allow-empty");
  EXPECT_THROW(checkout.wait(complete_on_branch(checkout.git(), "refs/orchestrate/r1", head)), Error);
}

}  // namespace
}  // namespace orchestrate
