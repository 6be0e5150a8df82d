#include "bus/refusal.hpp"

#include <gtest/gtest.h>

#include "bus/published.hpp"

namespace orchestrate::bus {
namespace {

TEST(Refusal, KeepsItsExitCodeOverTheBus) {
  for (const int code : {1, 2, 3, 5, 69, 75, 77, 78}) EXPECT_EQ(exit_code_of(error_name(code)), code);
}

TEST(Refusal, OfAnotherNameIsAFailure) {
  EXPECT_EQ(exit_code_of("org.freedesktop.DBus.Error.AccessDenied"), 1);
  EXPECT_EQ(exit_code_of(""), 1);
  EXPECT_EQ(error_name(99), error_name(1));
}

TEST(RunPath, IsOneThatTheBusAllows) {
  EXPECT_EQ(run_path("20261120-091403-7f3a"), "/org/orchestrate/Orchestrate1/run/20261120_091403_7f3a");
}

}  // namespace
}  // namespace orchestrate::bus
