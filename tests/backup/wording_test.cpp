#include "backup/wording.hpp"

#include <gtest/gtest.h>

#include "backup/tools.hpp"

namespace orchestrate::backup {
namespace {

using namespace std::chrono_literals;

TEST(Wording, OfSizesAndTimesIsShort) {
  EXPECT_EQ(size_text(0), "0 B");
  EXPECT_EQ(size_text(1536), "1.5 KiB");
  EXPECT_EQ(size_text(54ULL * 1024 * 1024), "54 MiB");
  EXPECT_EQ(duration_text(250ms), "250 ms");
  EXPECT_EQ(duration_text(6h + 10min), "6 h");
  EXPECT_EQ(duration_text(32h), "32 h");
  EXPECT_EQ(duration_text(72h), "3 d");
}

TEST(Wording, OfAToolIsItsFirstErrorElseItsLastLine) {
  EXPECT_EQ(complaint("pg_dump: warning: x\npg_dump: error: no room\npg_dump: detail\n"), "pg_dump: error: no room");
  EXPECT_EQ(complaint("one\ntwo\n"), "two");
  EXPECT_EQ(complaint(""), "");
}

TEST(Tools, TellTheirMajorVersion) {
  EXPECT_EQ(major_in("pg_dump (PostgreSQL) 15.18 (Debian 15.18-0+deb12u1)\n"), 15);
  EXPECT_EQ(major_in("pg_restore (PostgreSQL) 18beta1"), 18);
  EXPECT_EQ(major_in("no version"), 0);
}

}  // namespace
}  // namespace orchestrate::backup
