#include "git/status.hpp"

#include <gmock/gmock.h>

#include "git/checkout.hpp"
#include "git/repository.hpp"
#include "orchestrate/error.hpp"

namespace orchestrate {
namespace {

using testing::ElementsAre;

Repository look(Checkout& checkout) {
  return std::get<Repository>(checkout.wait(look_at(checkout.git())));
}

TEST(Status, NamesBranchAndHeadOfACleanCheckout) {
  Checkout checkout;
  const Status status = look(checkout).status;
  EXPECT_TRUE(status.clean());
  EXPECT_EQ(status.branch, "main");
  EXPECT_EQ(status.head, checkout.sh("git rev-parse HEAD"));
}

TEST(Status, HasNoHeadBeforeTheFirstCommit) {
  Checkout checkout;
  checkout.sh("rm -rf .git && git init -q -b main .");
  const Status status = look(checkout).status;
  EXPECT_FALSE(status.head);
  EXPECT_EQ(status.branch, "main");
  EXPECT_THAT(status.untracked, ElementsAre("bot.py"));
}

TEST(Status, HasNoBranchWhenDetached) {
  Checkout checkout;
  checkout.sh("git checkout -q --detach");
  EXPECT_FALSE(look(checkout).status.branch);
}

TEST(Status, KeepsLineBreaksSpacesAndOddBytesInNames) {
  Checkout checkout;
  checkout.write("a\nb.txt", "x");
  checkout.write("two words.txt", "x");
  checkout.write("latin-\xe9.txt", "x");
  EXPECT_THAT(look(checkout).status.untracked, ElementsAre("a\nb.txt", "latin-\xe9.txt", "two words.txt"));
}

TEST(Status, ListsChangedStagedRenamedAndDeletedFiles) {
  Checkout checkout;
  checkout.sh("echo 1 > a; echo 2 > b; git add .; git commit -qm files; rm a; git mv b c; echo x >> bot.py");
  EXPECT_THAT(look(checkout).status.changed, ElementsAre("a", "b", "bot.py", "c"));
}

TEST(Status, LeavesIgnoredFilesOut) {
  Checkout checkout;
  checkout.sh("echo '*.log' > .gitignore; git add .; git commit -qm ignore; echo x > bot.log");
  EXPECT_TRUE(look(checkout).status.clean());
}

TEST(Status, RefusesARecordOfANewerGit) {
  EXPECT_THROW(parse_status(std::string_view("9 what is this\0", 15)), Error);
  EXPECT_THROW(parse_status("? cut off"), Error);
}

}  // namespace
}  // namespace orchestrate
