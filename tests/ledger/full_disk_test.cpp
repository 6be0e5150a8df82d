#include <fcntl.h>
#include <gmock/gmock.h>
#include <sys/mount.h>
#include <unistd.h>

#include <cstring>

#include "state_directory.hpp"

namespace orchestrate {
namespace {

using testing::HasSubstr;

/// A state directory on a disk of 4 MiB.
class FullDisk : public testing::Test {
 protected:
  void SetUp() override {
    if (::mount("tmpfs", state_.path().c_str(), "tmpfs", 0, "size=4m") != 0)
      GTEST_SKIP() << "skipped: FullDisk." << testing::UnitTest::GetInstance()->current_test_info()->name()
                   << " (mount: " << std::strerror(errno) << ")";
    mounted_ = true;
  }
  void TearDown() override {
    ledger_.reset();
    if (mounted_) ::umount(state_.path().c_str());
  }

  void fill() const {
    const std::string block(4096, 'x');
    const int fd = ::open((state_.path() / "somebody's log").c_str(), O_WRONLY | O_CREAT | O_CLOEXEC, 0600);
    while (::write(fd, block.data(), block.size()) > 0) continue;
    ASSERT_EQ(errno, ENOSPC);
    ::close(fd);
  }

  StateDirectory state_;
  std::unique_ptr<Ledger> ledger_;
  bool mounted_ = false;
};

TEST_F(FullDisk, LosesNoEventOfARunThatReservedSpace) {
  ledger_ = state_.writer();
  ledger_->append("r1", apply_of("bot"), nine);
  ledger_->reserve(512 * 1024);
  state_.writer()->approve({"004:drop-column:panels.title", "ab12", "moved", "uid 0", "2026-11-20T09:00:00Z"});
  EXPECT_GE(std::filesystem::file_size(state_.path() / "ledger.sqlite-journal"), 512U * 1024);
  fill();

  const Outcome outcome{Verdict::passed, std::string(1000, 's'), {}, {}, {}};
  for (int stage = 0; stage < 100; ++stage) {
    ASSERT_NO_THROW(ledger_->append("r1", StageStarted{"upgrade"}, nine)) << stage;
    ASSERT_NO_THROW(ledger_->append("r1", FactRecorded{"upgrade", "n", stage}, nine)) << stage;
    ASSERT_NO_THROW(ledger_->append("r1", StageFinished{"upgrade", outcome, {}}, nine)) << stage;
  }
  ledger_->append("r1", RunFinished{Result::succeeded, 0, "", ""}, nine);
  EXPECT_EQ(state_.reader()->events("r1").size(), 302U);
  EXPECT_EQ(verify_chain(state_.path()), std::nullopt);
}

TEST_F(FullDisk, SaysSoInOneLineAndKeepsWhatWasWritten) {
  ledger_ = state_.writer();
  ledger_->append("r1", apply_of("bot"), nine);
  fill();

  const auto write_much = [&] {
    for (int stage = 0; stage < 300; ++stage)
      ledger_->append("r1", FactRecorded{"upgrade", "n", std::string(1000, 's')}, nine);
  };
  EXPECT_THAT(error_of(write_much), HasSubstr("no space left on device; the last event was not written"));
  EXPECT_GE(state_.reader()->events("r1").size(), 1U);
  EXPECT_EQ(verify_chain(state_.path()), std::nullopt);

  std::filesystem::remove(state_.path() / "somebody's log");
  EXPECT_NO_THROW(ledger_->append("r1", RunFinished{Result::held, 5, "", ""}, nine));
}

TEST_F(FullDisk, RefusesToBeginALedgerAndLeavesNothingBehind) {
  fill();
  EXPECT_THAT(error_of([&] { state_.writer(); }), HasSubstr("no space left on device"));
  EXPECT_FALSE(std::filesystem::exists(state_.file()));
  EXPECT_EQ(std::distance(std::filesystem::directory_iterator(state_.path()), {}), 1);
}

}  // namespace
}  // namespace orchestrate
