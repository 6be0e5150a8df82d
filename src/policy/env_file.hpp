#pragma once

#include <filesystem>
#include <string>
#include <string_view>
#include <vector>

#include "orchestrate/policy.hpp"

namespace orchestrate {

/// The variables of an env file as its dialect reads them; no shell runs. Throws Error (`policy`) with
/// `file:line:column` and never a value.
Environment read_env_file(const EnvFile& file);

/// In the order of the file.
std::vector<EnvDifference> env_differences(const EnvFile& file);

}  // namespace orchestrate
