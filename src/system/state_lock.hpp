#pragma once

#include <filesystem>
#include <optional>
#include <string>

#include "system/descriptor.hpp"
#include "system/process_tree.hpp"

namespace orchestrate::system {

/// The lock of one app on this host: flock on its state directory itself, so that there is no lock file to own. It is
/// held until the last process that inherited the descriptor has closed it.
class StateLock {
 public:
  explicit StateLock(Descriptor directory) : directory_(std::move(directory)) {}
  int descriptor() const { return directory_.get(); }

 private:
  Descriptor directory_;
};

/// nullopt when somebody else holds it; throws Error when the directory cannot be opened.
std::optional<StateLock> try_lock(const std::filesystem::path& directory);

/// The process that took the lock and still runs, as far as we may see.
std::optional<ProcessId> lock_taker(const std::filesystem::path& directory);

/// "pid 812 (orchestrate)", who took the lock, as far as we may see; empty when we may not.
std::string lock_holder(const std::filesystem::path& directory);

}  // namespace orchestrate::system
