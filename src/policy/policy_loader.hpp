#pragma once

#include <filesystem>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "orchestrate/plan.hpp"
#include "orchestrate/policy.hpp"
#include "orchestrate/stage.hpp"

namespace orchestrate {

/// A policy, or every reason why the text is none.
struct LoadedPolicy {
  std::optional<Policy> policy;   ///< absent when there are problems
  std::vector<Problem> problems;  ///< in the order of the file
  std::string text;
};

LoadedPolicy parse_policy(std::string text, const std::filesystem::path& file, std::span<const StageKind* const> kinds);

/// Also refuses a file that somebody other than root and the caller may write. Throws Error (`policy`) when the file
/// cannot be read.
LoadedPolicy load_policy(const std::filesystem::path& file, std::span<const StageKind* const> kinds);

/// `FILE:LINE:COLUMN: MESSAGE`, the source line, and a caret below the place.
std::string problem_text(const Problem& problem, const std::filesystem::path& file, std::string_view text);

}  // namespace orchestrate
