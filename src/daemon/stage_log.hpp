#pragma once

#include <filesystem>
#include <string>

#include "bus/published.hpp"

namespace orchestrate::daemon {

/// The end of what a stage's children wrote, from an app's directory of state, where everything is its user's: no link
/// is followed, nothing is waited for, and at most a MiB is read. Empty where there is nothing. Throws Error
/// (`failed`).
bus::StageLog read_stage_log(const std::filesystem::path& state, const std::string& run, const std::string& stage);

}  // namespace orchestrate::daemon
