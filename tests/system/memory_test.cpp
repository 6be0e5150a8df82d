#include "system/memory.hpp"

#include <gtest/gtest.h>
#include <stdlib.h>

#include <filesystem>
#include <fstream>

#include "orchestrate/error.hpp"

namespace orchestrate::system {
namespace {

namespace fs = std::filesystem;

/// A host's files as a test writes them.
class AvailableMemory : public testing::Test {
 protected:
  AvailableMemory() {
    std::string name = (fs::temp_directory_path() / "memory-XXXXXX").string();
    root = ::mkdtemp(name.data());
  }
  ~AvailableMemory() override { fs::remove_all(root); }
  void write(const std::string& file, const std::string& text) const {
    fs::create_directories((root / file).parent_path());
    std::ofstream(root / file) << text;
  }
  std::uint64_t found() const { return available_memory(root / "proc", root / "cgroup"); }
  fs::path root;
};

constexpr const char* meminfo = "MemTotal:       16000 kB\nMemFree:         100 kB\nMemAvailable:    4000 kB\n";

TEST_F(AvailableMemory, IsWhatTheHostHas) {
  write("proc/meminfo", meminfo);
  EXPECT_EQ(found(), 4000U * 1024);
}

TEST_F(AvailableMemory, IsWhatTheNarrowestGroupLeaves) {
  write("proc/meminfo", meminfo);
  write("proc/self/cgroup", "1:name=old:/x\n0::/system.slice/worker.service\n");
  write("cgroup/system.slice/memory.max", "3000000\n");
  write("cgroup/system.slice/memory.current", "500000\n");
  write("cgroup/system.slice/worker.service/memory.max", "max\n");
  write("cgroup/system.slice/worker.service/memory.current", "400000\n");
  EXPECT_EQ(found(), 2500000U);
  write("cgroup/system.slice/worker.service/memory.max", "1000000\n");
  write("cgroup/system.slice/worker.service/memory.stat", "anon 100000\ninactive_file 300000\nactive_file 1\n");
  EXPECT_EQ(found(), 900000U) << "cache of files is taken back";
  write("cgroup/system.slice/worker.service/memory.current", "2000000\n");
  EXPECT_EQ(found(), 0U);
}

TEST_F(AvailableMemory, IsWhatTheRootOfAContainerLeaves) {
  write("proc/meminfo", meminfo);
  write("proc/self/cgroup", "0::/\n");
  write("cgroup/memory.max", "3000000\n");
  write("cgroup/memory.current", "1000000\n");
  EXPECT_EQ(found(), 2000000U);
}

TEST_F(AvailableMemory, IsAnErrorWhereNobodySays) {
  EXPECT_THROW(found(), Error);
}

TEST(AvailableMemoryOfThisHost, IsMoreThanNothing) {
  EXPECT_GT(available_memory(), 0U);
}

}  // namespace
}  // namespace orchestrate::system
