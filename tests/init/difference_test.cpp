#include "init/difference.hpp"

#include <gtest/gtest.h>

namespace orchestrate::init {
namespace {

std::string numbers(int from, int to) {
  std::string text;
  for (int number = from; number <= to; ++number) text += std::to_string(number) + "\n";
  return text;
}

TEST(Difference, OfEqualTextsIsNone) {
  EXPECT_EQ(unified_difference("a", "x\n", "b", "x\n"), "");
}

TEST(Difference, ToAFileThatIsNotThereIsAllOfIt) {
  EXPECT_EQ(unified_difference("/dev/null", "", "b", "x\ny\n"), "--- /dev/null\n+++ b\n@@ -0,0 +1,2 @@\n+x\n+y\n");
}

TEST(Difference, HasThreeLinesAroundAndAHunkForEachPlace) {
  const std::string before = numbers(1, 20);
  const std::string after = numbers(1, 4) + "five\n" + numbers(6, 17) + numbers(19, 20);
  EXPECT_EQ(unified_difference("a", before, "b", after),
            "--- a\n+++ b\n@@ -2,7 +2,7 @@\n 2\n 3\n 4\n-5\n+five\n 6\n 7\n 8\n@@ -15,6 +15,5 @@\n 15\n 16\n 17\n-18\n "
            "19\n 20\n");
}

TEST(Difference, JoinsPlacesThatAreNear) {
  EXPECT_EQ(unified_difference("a", "1\n2\n3\n", "b", "one\n2\nthree\n"),
            "--- a\n+++ b\n@@ -1,3 +1,3 @@\n-1\n+one\n 2\n-3\n+three\n");
}

}  // namespace
}  // namespace orchestrate::init
