#include "system/state_lock.hpp"

#include <fcntl.h>
#include <gmock/gmock.h>
#include <unistd.h>

#include "orchestrate/error.hpp"
#include "temporary_directory.hpp"

namespace orchestrate {
namespace {

using testing::HasSubstr;

TEST(StateLock, IsHeldByOne) {
  const TemporaryDirectory directory;
  auto first = system::try_lock(directory.path());
  ASSERT_TRUE(first);
  EXPECT_FALSE(system::try_lock(directory.path()));
  first.reset();
  EXPECT_TRUE(system::try_lock(directory.path()));
}

TEST(StateLock, NamesItsHolder) {
  const TemporaryDirectory directory;
  EXPECT_EQ(system::lock_holder(directory.path()), "");
  const auto lock = system::try_lock(directory.path());
  EXPECT_THAT(system::lock_holder(directory.path()), HasSubstr("pid " + std::to_string(::getpid()) + " ("));
}

TEST(StateLock, OutlivesUsInAChildThatInheritedIt) {
  const TemporaryDirectory directory;
  auto lock = system::try_lock(directory.path());
  const int inherited = ::dup(lock->descriptor());
  lock.reset();
  EXPECT_FALSE(system::try_lock(directory.path()));
  ::close(inherited);
  EXPECT_TRUE(system::try_lock(directory.path()));
}

TEST(StateLock, IsNotInheritedByDefault) {
  const TemporaryDirectory directory;
  const auto lock = system::try_lock(directory.path());
  EXPECT_EQ(::fcntl(lock->descriptor(), F_GETFD), FD_CLOEXEC);
}

TEST(StateLock, SaysWhichDirectoryIsMissing) {
  EXPECT_THROW(system::try_lock("/nowhere"), Error);
}

}  // namespace
}  // namespace orchestrate
