#pragma once

#include <filesystem>
#include <optional>
#include <string>
#include <vector>

#include "init/draft.hpp"
#include "orchestrate/names.hpp"
#include "orchestrate/policy.hpp"

namespace orchestrate::init {

/// What systemd, polkit and the gate need for an app, from its policy as it is on the host or would be.
struct HostFacts {
  std::optional<std::filesystem::path> private_env_file;  ///< one that only root can read
  std::string state_group;                                ///< that may read every app's state
  std::optional<UnitName> gated;                          ///< a unit that is to start only on a migrated schema
};
std::vector<Draft> host_files(const Policy& policy, const HostFacts& facts);

/// The directories that the policy's backup stages dump into, each once.
std::vector<std::filesystem::path> taken_backups(const Policy& policy);

/// `/etc/systemd/system/UNIT.d/50-orchestrate-gate.conf`
std::filesystem::path gate_file(const UnitName& unit);

}  // namespace orchestrate::init
