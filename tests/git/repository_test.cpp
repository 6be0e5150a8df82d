#include "git/repository.hpp"

#include <gmock/gmock.h>
#include <unistd.h>

#include "git/checkout.hpp"

namespace orchestrate {
namespace {

using testing::HasSubstr;
using testing::IsEmpty;

constexpr std::uint64_t limit = 10U << 20;

/// Every obstacle, one per line.
std::string in_the_way(Checkout& checkout) {
  const auto looked = checkout.wait(look_at(checkout.git()));
  if (const Obstacle* obstacle = std::get_if<Obstacle>(&looked)) return obstacle->text();
  std::string lines;
  for (const Obstacle& obstacle : obstacles(std::get<Repository>(looked), limit)) lines += obstacle.text() + "\n";
  return lines;
}

/// Two branches that changed the same line.
void diverge(const Checkout& checkout) {
  checkout.sh(
      "git checkout -q -b other; echo other > bot.py; git commit -qam other;"
      "git checkout -q main; echo main > bot.py; git commit -qam main");
}

TEST(Repository, HasNothingInTheWayWhenCleanOrSimplyEdited) {
  Checkout checkout;
  EXPECT_THAT(in_the_way(checkout), IsEmpty());
  checkout.sh("echo more >> bot.py; echo new > new.py");
  EXPECT_THAT(in_the_way(checkout), IsEmpty());
}

TEST(Repository, ThatIsNoneIsNamedWithTheCommandsThatMakeOne) {
  Checkout checkout;
  checkout.sh("rm -rf .git");
  EXPECT_THAT(in_the_way(checkout), HasSubstr("is in no git repository; fix: git -C "));
}

TEST(Repository, ThatIsBareIsRefused) {
  Checkout checkout;
  checkout.sh("git clone -q --bare . bare.git");
  const auto looked = checkout.wait(look_at(checkout.git_at(checkout.path() / "bare.git")));
  EXPECT_THAT(std::get<Obstacle>(looked).what, HasSubstr("bare repository"));
}

TEST(Repository, OfAnotherUserIsNamedWithItsOwner) {
  if (::geteuid() != 0) GTEST_SKIP() << "needs root to give files away: OfAnotherUserIsNamedWithItsOwner";
  Checkout checkout;
  checkout.sh("chown -R nobody .");
  EXPECT_THAT(in_the_way(checkout), AllOf(HasSubstr("(directory: nobody)"), HasSubstr("set project.user")));
}

TEST(Repository, LooksFromASubdirectoryAtTheWholeWorkTree) {
  Checkout checkout;
  checkout.sh("mkdir deep; echo x > top.txt");
  const auto looked = checkout.wait(look_at(checkout.git_at(checkout.path() / "deep")));
  const auto& repository = std::get<Repository>(looked);
  EXPECT_EQ(repository.top_level, std::filesystem::canonical(checkout.path()));
  EXPECT_THAT(repository.status.untracked, testing::ElementsAre("top.txt"));
}

TEST(Repository, OfALinkedWorkTreeHasAGitDirectoryOfItsOwn) {
  Checkout checkout;
  checkout.sh("git worktree add -q ../linked -b linked");
  const auto looked = checkout.wait(look_at(checkout.git_at(checkout.path() / "../linked")));
  EXPECT_EQ(std::get<Repository>(looked).git_dir, checkout.path() / ".git/worktrees/linked");
}

TEST(Repository, LooksWithoutWriting) {
  Checkout checkout;
  checkout.sh("touch -d 2020-01-01 bot.py");  // an index that git would like to refresh
  const auto before = footprint(checkout.path());
  in_the_way(checkout);
  EXPECT_EQ(footprint(checkout.path()), before);
}

struct UnderWay {
  const char *name, *script, *expected;
};
class Operation : public testing::TestWithParam<UnderWay> {};

TEST_P(Operation, UnderWayIsRefusedByName) {
  Checkout checkout;
  diverge(checkout);
  checkout.sh(GetParam().script);
  EXPECT_THAT(in_the_way(checkout), HasSubstr(GetParam().expected));
}

INSTANTIATE_TEST_SUITE_P(
    Repository, Operation,
    testing::Values(UnderWay{"Merge", "git merge other > /dev/null && exit 1; true", "a merge is under way"},
                    UnderWay{"Rebase", "git rebase other > /dev/null 2>&1 && exit 1; true", "a rebase is under way"},
                    UnderWay{"CherryPick", "git cherry-pick other > /dev/null 2>&1 && exit 1; true",
                             "a cherry-pick is under way"},
                    UnderWay{"Revert", "git revert --no-commit HEAD > /dev/null", "a revert is under way"},
                    UnderWay{"Bisect", "git bisect start > /dev/null", "git bisect reset"},
                    UnderWay{"IndexLock", "touch .git/index.lock", "another git command"},
                    UnderWay{"Conflict", "git merge other > /dev/null || rm .git/MERGE_*",
                             "bot.py has a conflict that is not resolved"}),
    [](const auto& test) { return test.param.name; });

class Submodule : public testing::Test {
 protected:
  Submodule() {
    checkout.sh(
        "git clone -q . ../library && git -c protocol.file.allow=always submodule --quiet add ../library lib "
        "&& git commit -qm submodule && git -C lib config user.name x && git -C lib config user.email x@x");
  }
  Checkout checkout;
};

TEST_F(Submodule, ThatIsCleanIsNotInTheWay) {
  EXPECT_THAT(in_the_way(checkout), IsEmpty());
}
TEST_F(Submodule, WithChangesOfItsOwnIsRefused) {
  checkout.sh("echo x >> lib/bot.py");
  EXPECT_THAT(in_the_way(checkout), HasSubstr("lib is a submodule with changes of its own"));
}
TEST_F(Submodule, WithNewFilesIsRefusedEvenWhenConfiguredToBeIgnored) {
  checkout.sh("git config submodule.lib.ignore all; echo x > lib/new.txt");
  EXPECT_THAT(in_the_way(checkout), HasSubstr("lib is a submodule with changes of its own"));
}
TEST_F(Submodule, AtANewCommitIsAChangeThatARestorePointHolds) {
  checkout.sh("git -C lib commit -q --allow-empty -m new");
  EXPECT_THAT(in_the_way(checkout), IsEmpty());
}

TEST(Repository, WithARepositoryInsideIsRefused) {
  Checkout checkout;
  checkout.sh("git init -q vendored && echo x > vendored/file");
  EXPECT_THAT(in_the_way(checkout), HasSubstr("untracked vendored/ is a git repository of its own"));
}

TEST(Repository, NamesFilesWhoseChangesGitWasToldNotToSee) {
  Checkout checkout;
  checkout.sh(
      "echo 1 > a; echo 1 > b; git add .; git commit -qm ab; git update-index --assume-unchanged a;"
      "git update-index --skip-worktree b");
  EXPECT_THAT(in_the_way(checkout), AllOf(HasSubstr("update-index --no-assume-unchanged a\n"),
                                          HasSubstr("update-index --no-skip-worktree b\n")));
}

TEST(Repository, WithASparseCheckoutIsNotInTheWay) {
  Checkout checkout;
  checkout.sh(
      "mkdir in out; echo 1 > in/a; echo 1 > out/b; git add .; git commit -qm dirs; git sparse-checkout set in");
  EXPECT_THAT(in_the_way(checkout), IsEmpty());
}

}  // namespace
}  // namespace orchestrate
