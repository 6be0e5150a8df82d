#pragma once

#include <fmt/format.h>

#include <string>
#include <vector>

#include "fake_kinds.hpp"
#include "policies.hpp"
#include "policy/policy_loader.hpp"

namespace orchestrate {

inline LoadedPolicy loaded(const std::string& text) {
  return parse_policy(text, "/etc/orchestrate/policies/bot.yaml", fake::kinds);
}

/// "LINE:COLUMN: MESSAGE" of each.
inline std::vector<std::string> problem_lines(const std::string& text) {
  std::vector<std::string> lines;
  for (const Problem& problem : loaded(text).problems)
    lines.push_back(fmt::format("{}:{}: {}", problem.position.line, problem.position.column, problem.message));
  return lines;
}

}  // namespace orchestrate
