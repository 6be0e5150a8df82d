#include "render/units.hpp"

#include <gtest/gtest.h>

namespace orchestrate {
namespace {

using namespace std::chrono_literals;

TEST(Units, DurationsGrowFromTenthsToHours) {
  EXPECT_EQ(duration_text(0ms), "0.0 s");
  EXPECT_EQ(duration_text(150ms), "0.2 s");
  EXPECT_EQ(duration_text(59'949ms), "59.9 s");
  EXPECT_EQ(duration_text(59'950ms), "1 min 00 s");
  EXPECT_EQ(duration_text(123s), "2 min 03 s");
  EXPECT_EQ(duration_text(3599'700ms), "1 h 00 min");
  EXPECT_EQ(duration_text(65min), "1 h 05 min");
}

TEST(Units, SizesAreBinaryWithTwoDigits) {
  EXPECT_EQ(size_text(0), "0 B");
  EXPECT_EQ(size_text(1023), "1023 B");
  EXPECT_EQ(size_text(1024), "1.0 KiB");
  EXPECT_EQ(size_text(1'500'000), "1.4 MiB");
  EXPECT_EQ(size_text(54ULL << 20), "54 MiB");
  EXPECT_EQ(size_text((1ULL << 30) - 1), "1.0 GiB");
  EXPECT_EQ(size_text(2000ULL << 40), "2000 TiB");
}

TEST(Units, AgesKnowTheFuture) {
  EXPECT_EQ(age_text(6h + 59min), "6 h old");
  EXPECT_EQ(age_text(26h), "26 h old");
  EXPECT_EQ(age_text(49h), "2 d old");
  EXPECT_EQ(age_text(-90s), "1 min in the future");
  EXPECT_EQ(ago_text(12min), "12 min ago");
  EXPECT_EQ(ago_text(0s), "0 s ago");
  EXPECT_EQ(ago_text(-3s), "in 3 s");
}

}  // namespace
}  // namespace orchestrate
