#include "files/durable_file.hpp"
#include "files/durable_directory.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sys/mount.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include <csignal>
#include <cstdlib>
#include <fstream>
#include <string>

#include "files/text.hpp"
#include "orchestrate/error.hpp"

namespace orchestrate::files {
namespace {

namespace fs = std::filesystem;
using testing::HasSubstr;
using testing::IsEmpty;

class DurableFiles : public testing::Test {
 protected:
  DurableFiles() {
    std::string name = (fs::temp_directory_path() / "durable-XXXXXX").string();
    directory_ = ::mkdtemp(name.data());
  }
  ~DurableFiles() override { fs::remove_all(directory_); }

  std::vector<std::string> names() const {
    std::vector<std::string> found;
    for (const auto& entry : fs::directory_iterator(directory_)) found.push_back(entry.path().filename());
    return found;
  }
  std::string error_of(const std::function<void()>& act) const {
    try {
      act();
    } catch (const Error& error) {
      return error.what();
    }
    return "no error";
  }

  fs::path directory_;
};

TEST_F(DurableFiles, AppearUnderTheirNameOnlyWhenCommitted) {
  DurableFile file(directory_ / "a.dump");
  file.write("whole");
  EXPECT_THAT(names(), testing::ElementsAre("a.dump.partial"));
  file.commit();
  EXPECT_THAT(names(), testing::ElementsAre("a.dump"));
  EXPECT_EQ(read_text(directory_ / "a.dump", 100), "whole");
}

TEST_F(DurableFiles, AreForTheirOwnerAlone) {
  DurableFile file(directory_ / "a.dump");
  file.commit();
  struct stat facts{};
  ASSERT_EQ(::stat((directory_ / "a.dump").c_str(), &facts), 0);
  EXPECT_EQ(facts.st_mode & 0777U, 0600U);
}

TEST_F(DurableFiles, LeaveNothingBehindWhenGivenUp) {
  {
    DurableFile(directory_ / "a.dump").write("half");
  }
  EXPECT_THAT(names(), IsEmpty());
}

TEST_F(DurableFiles, NeverReplaceAnother) {
  std::ofstream(directory_ / "a.dump") << "old";
  DurableFile file(directory_ / "a.dump");
  file.write("new");
  EXPECT_THAT(error_of([&] { file.commit(); }), HasSubstr("never overwritten"));
  EXPECT_EQ(read_text(directory_ / "a.dump", 100), "old");
}

TEST_F(DurableFiles, AreWrittenByOneAtATime) {
  const DurableFile first(directory_ / "a.dump");
  EXPECT_THAT(error_of([&] { DurableFile second(directory_ / "a.dump"); }), HasSubstr("File exists"));
}

TEST_F(DurableFiles, SayWhatToDoWithoutADirectory) {
  EXPECT_THAT(error_of([&] { DurableFile file(directory_ / "no" / "a.dump"); }), HasSubstr("no exists"));
}

TEST_F(DurableFiles, SweepOnlyWhatNobodyWrites) {
  std::ofstream(directory_ / "bot-1.dump.partial") << "left by a dead run";
  std::filesystem::create_directory(directory_ / "bot-3.dump.partial");
  std::ofstream(directory_ / "bot-3.dump.partial/toc.dat") << "left by it too";
  std::ofstream(directory_ / "other-1.dump.partial") << "another app's";
  std::ofstream(directory_ / "bot-0.dump") << "a backup";
  const DurableFile alive(directory_ / "bot-2.dump");
  const DurableDirectory alive_too(directory_ / "bot-4.dump");
  EXPECT_THAT(sweep_partials(directory_, "bot-"),
              testing::ElementsAre(directory_ / "bot-1.dump.partial", directory_ / "bot-3.dump.partial"));
  EXPECT_THAT(names(), testing::UnorderedElementsAre("other-1.dump.partial", "bot-0.dump", "bot-2.dump.partial",
                                                     "bot-4.dump.partial"));
}

TEST_F(DurableFiles, ADirectoryAppearsWholeAndReplacesNothing) {
  {
    DurableDirectory whole(directory_ / "a.dump");
    std::ofstream(whole.partial() / "toc.dat") << "contents";
    EXPECT_EQ(whole.size(), 8U);
    whole.commit();
    EXPECT_EQ(whole.size(), 8U);
  }
  EXPECT_THAT(names(), testing::ElementsAre("a.dump"));
  {
    DurableDirectory second(directory_ / "a.dump");
    std::ofstream(second.partial() / "toc.dat") << "others";
    EXPECT_THAT(error_of([&] { second.commit(); }), HasSubstr("exists and is never overwritten"));
  }
  EXPECT_THAT(names(), testing::ElementsAre("a.dump"));
  EXPECT_EQ(std::filesystem::file_size(directory_ / "a.dump/toc.dat"), 8U);
}

TEST_F(DurableFiles, OfAKilledProcessAreSweptAndNeverNamed) {
  int ready[2];
  ASSERT_EQ(::pipe(ready), 0);
  const pid_t child = ::fork();
  if (child == 0) {
    DurableFile file(directory_ / "bot-1.dump");
    file.write("half");
    if (::write(ready[1], "x", 1) != 1) ::_exit(1);
    ::pause();
  }
  char byte = 0;
  ASSERT_EQ(::read(ready[0], &byte, 1), 1);
  ::close(ready[0]);
  ::close(ready[1]);
  EXPECT_THAT(sweep_partials(directory_, "bot-"), IsEmpty());
  ::kill(child, SIGKILL);
  ::waitpid(child, nullptr, 0);
  EXPECT_THAT(names(), testing::ElementsAre("bot-1.dump.partial"));
  EXPECT_EQ(sweep_partials(directory_, "bot-").size(), 1U);
  EXPECT_THAT(names(), IsEmpty());
}

TEST_F(DurableFiles, OnAFullDiskSaySoAndLeaveNothing) {
  if (::mount("tmpfs", directory_.c_str(), "tmpfs", 0, "size=256k") != 0)
    GTEST_SKIP() << "DurableFiles.OnAFullDiskSaySoAndLeaveNothing needs root, to mount a small tmpfs";
  {
    DurableFile file(directory_ / "a.dump");
    const std::vector<std::byte> block(1024UL * 1024);
    EXPECT_THAT(error_of([&] { file.write(block); }), HasSubstr("No space left on device; free space in"));
  }
  EXPECT_THAT(names(), IsEmpty());
  ::umount(directory_.c_str());
}

}  // namespace
}  // namespace orchestrate::files
