#pragma once

#include <sys/types.h>

#include <optional>

#include "orchestrate/ports.hpp"

namespace orchestrate::system {

/// What a child gets as its first three descriptors, and the run's lock when it shall hold it.
struct ChildDescriptors {
  int in, out, err;
  std::optional<int> lock;
};

/// Starts `command` in a session of its own. The child dies with the thread that called this, so call it from one that
/// lives as long as the process. Throws Error (`failed`) that names the program.
pid_t spawn(const Command& command, const ChildDescriptors& descriptors);

}  // namespace orchestrate::system
