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

/// A variable that a shell (`set -a; . FILE`), systemd and python-dotenv would not all read alike.
struct EnvDifference {
  std::string name;
  int line = 0;
  std::string difference;  ///< which reader differs and in what way; never a value
  bool operator==(const EnvDifference&) const = default;
};

/// In the order of the file.
std::vector<EnvDifference> env_differences(const EnvFile& file);

}  // namespace orchestrate
