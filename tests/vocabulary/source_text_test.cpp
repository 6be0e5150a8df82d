#include "orchestrate/source_text.hpp"

#include <gtest/gtest.h>

namespace orchestrate {
namespace {

TEST(SourceLines, AreFoundInAnyOrderAndBeyondTheEndThereAreNone) {
  SourceLines lines("one\r\n\nthree");
  EXPECT_EQ(lines.at(3), "three");
  EXPECT_EQ(lines.at(4), "");
  EXPECT_EQ(lines.at(3), "three");
  EXPECT_EQ(lines.at(1), "one");
  EXPECT_EQ(lines.at(2), "");
  EXPECT_EQ(lines.at(0), "");
}

}  // namespace
}  // namespace orchestrate
