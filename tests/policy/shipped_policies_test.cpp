#include <gtest/gtest.h>

#include <array>
#include <filesystem>
#include <vector>

#include "policy/policy_loader.hpp"

namespace orchestrate {
namespace {

constexpr std::array<std::string_view, 11> names = {"preflight", "backup",  "review", "restore_point",
                                                    "stop",      "upgrade", "start",  "post_check",
                                                    "restart",   "journal", "command"};

// What the shipped policies write; the kinds' own tables are checked where the kinds are.
constexpr std::array<Key, 16> keys = {{
    {"free_space", ValueType::size},
    {"check", ValueType::path},
    {"log", ValueType::path},
    {"log_says", ValueType::text},
    {"max_age", ValueType::duration},
    {"verify", ValueType::text},
    {"block", ValueType::text_list},
    {"mode", ValueType::text},
    {"message", ValueType::text},
    {"target", ValueType::text},
    {"lock_timeout", ValueType::duration},
    {"statement_timeout", ValueType::duration},
    {"retries", ValueType::integer},
    {"stable_for", ValueType::duration},
    {"lines", ValueType::integer},
    {"fail_on", ValueType::text_list},
}};

TEST(ShippedPolicies, AreAllRead) {
  std::vector<StageKind> kinds;
  for (const std::string_view name : names) kinds.push_back({.name = name, .keys = keys});
  std::vector<const StageKind*> pointers;
  for (const StageKind& kind : kinds) pointers.push_back(&kind);

  std::size_t read = 0;
  for (const auto& entry : std::filesystem::directory_iterator(SOURCE_DIR "/policies")) {
    const auto loaded = load_policy(entry.path(), pointers);
    for (const Problem& problem : loaded.problems) ADD_FAILURE() << problem_text(problem, entry.path(), loaded.text);
    ++read;
  }
  EXPECT_GE(read, 2U);
}

}  // namespace
}  // namespace orchestrate
