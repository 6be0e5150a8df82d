#pragma once

#include <optional>
#include <stop_token>
#include <string>

#include "orchestrate/task.hpp"

namespace orchestrate {

/// The lock in the database that keeps two hosts from upgrading at once.
class RunLock {
 public:
  virtual ~RunLock() = default;
  /// nullopt: it is ours now; else who holds it. Waits a short while, never for ever.
  virtual Task<std::optional<std::string>> acquire(std::stop_token stop) = 0;
  /// Whether the session that holds it still lives.
  virtual Task<bool> held(std::stop_token stop) = 0;
  virtual void release() = 0;
};

}  // namespace orchestrate
