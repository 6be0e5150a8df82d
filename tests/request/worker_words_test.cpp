#include "request/worker_words.hpp"

#include <gtest/gtest.h>
#include <sys/stat.h>

#include <filesystem>
#include <fstream>

namespace orchestrate {
namespace {

namespace fs = std::filesystem;

class WorkerWords : public testing::Test {
 protected:
  WorkerWords() {
    std::string name = (fs::temp_directory_path() / "words-test-XXXXXX").string();
    state_ = ::mkdtemp(name.data());
  }
  ~WorkerWords() override { fs::remove_all(state_); }

  fs::path file() const { return state_ / "worker.words"; }
  fs::path state_;
};

TEST_F(WorkerWords, AreTheNewestLineAboutThatRun) {
  EXPECT_EQ(read_words(state_, "r1"), "");
  write_words(state_, "r1", "a long word about what is done\nin two lines");
  EXPECT_EQ(read_words(state_, "r1"), "a long word about what is done in two lines");
  write_words(state_, "r1", "short");
  EXPECT_EQ(read_words(state_, "r1"), "short") << "what was longer is gone";
  EXPECT_EQ(read_words(state_, "r2"), "") << "it is another run's";
  write_words(state_, "r1", "");
  EXPECT_EQ(read_words(state_, "r1"), "");
}

TEST_F(WorkerWords, OfAnySizeAreReadAsFarAsALine) {
  std::ofstream(file()) << "r1 " << std::string(1000000, 'x');
  EXPECT_LT(read_words(state_, "r1").size(), 5000U);
}

TEST_F(WorkerWords, ThatAreNoFileAreNone) {
  std::ofstream(state_ / "other") << "r1 secret\n";
  fs::create_symlink("other", file());
  EXPECT_EQ(read_words(state_, "r1"), "");
  write_words(state_, "r1", "x");
  EXPECT_EQ(fs::file_size(state_ / "other"), 10U) << "and none is written through a link";
  fs::remove(file());
  ASSERT_EQ(::mkfifo(file().c_str(), 0600), 0);
  EXPECT_EQ(read_words(state_, "r1"), "");
  write_words(state_, "r1", "x");  // nobody reads it, and nobody is waited for
}

}  // namespace
}  // namespace orchestrate
