#pragma once

#include <filesystem>
#include <string>
#include <string_view>

#include "init/survey.hpp"

namespace orchestrate::init {

/// Stands before a line of YAML that a person has to complete and uncomment.
inline constexpr std::string_view fill_in = "# FILL IN: ";

/// The policy, commented, as far as the survey goes; what it could not tell is marked.
std::string policy_text(const Survey& survey);

/// The same with its marks taken away: a policy with examples in the gaps.
std::string without_marks(std::string text);

/// Where a run takes its dumps when nobody else does.
std::filesystem::path own_backups(const std::string& app);

}  // namespace orchestrate::init
