#include "system/user.hpp"

#include <grp.h>
#include <gtest/gtest.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include <filesystem>

#include "orchestrate/error.hpp"

namespace orchestrate {
namespace {

/// Becoming somebody is for good, so it happens in a child, which tells by its exit code whether `holds` was true.
template <class Check>
bool as_nobody(Check holds) {
  const pid_t child = ::fork();
  if (child == 0) {
    system::become(system::find_account("nobody").value());
    ::_exit(holds() ? 0 : 1);
  }
  int status = 0;
  ::waitpid(child, &status, 0);
  return WIFEXITED(status) && WEXITSTATUS(status) == 0;
}

class BecomingAnotherUser : public testing::Test {
 protected:
  void SetUp() override {
    if (::geteuid() != 0) GTEST_SKIP() << "becoming another user needs root";
  }
};

TEST(Account, IsFoundByNameAndNumber) {
  const auto root = system::find_account("root");
  ASSERT_TRUE(root);
  EXPECT_EQ(root->uid, 0U);
  EXPECT_EQ(root->home, "/root");
  EXPECT_EQ(system::find_account(0)->name, "root");
}

TEST(Account, MayBeUnknown) {
  EXPECT_FALSE(system::find_account("no-such-user"));
  EXPECT_FALSE(system::find_account(3'999'999'999U));
}

TEST_F(BecomingAnotherUser, IsForGood) {
  EXPECT_TRUE(
      as_nobody([] { return ::getuid() == ::geteuid() && ::getuid() != 0 && ::setuid(0) != 0 && ::setgid(0) != 0; }));
}

TEST_F(BecomingAnotherUser, LeavesNoGroupOfRoots) {
  EXPECT_TRUE(as_nobody([] {
    gid_t groups[64];
    const int count = ::getgroups(64, groups);
    return count == 1 && groups[0] == ::getgid() && ::getgid() != 0;
  }));
}

TEST_F(BecomingAnotherUser, LosesRootsFiles) {
  EXPECT_TRUE(as_nobody([] { return ::access("/etc/shadow", R_OK) != 0; }));
}

TEST_F(BecomingAnotherUser, KeepsOurOwnProcEntryReadable) {
  EXPECT_TRUE(as_nobody([] {
    std::error_code problem;
    std::filesystem::directory_iterator("/proc/self/fd", problem);
    return !problem;
  }));
}

TEST_F(BecomingAnotherUser, MakesNewFilesPrivate) {
  EXPECT_TRUE(as_nobody([] { return ::umask(0) == 077; }));
}

TEST_F(BecomingAnotherUser, RefusesRootItself) {
  EXPECT_THROW(system::become(system::find_account("root").value()), Error);
}

}  // namespace
}  // namespace orchestrate
