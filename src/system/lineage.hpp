#pragma once

#include <optional>
#include <set>

#include "system/family.hpp"

namespace orchestrate::system {

/// One child's process and all that descends from it, killed with its owner unless the child has ended.
class Lineage {
 public:
  explicit Lineage(Family& family) : family_(family) {}
  Lineage(const Lineage&) = delete;
  Lineage& operator=(const Lineage&) = delete;
  ~Lineage();

  /// `child` has just been started by us.
  void begin(pid_t child);
  /// Those that have not ended. Inherited ones that have are waited for on the way.
  std::set<ProcessId> alive();
  void kill();
  /// The child's wait status, once it has ended.
  std::optional<int> reap();
  bool reaped() const { return reaped_; }

 private:
  Family& family_;
  ProcessId child_;
  std::set<ProcessId> known_;  // as last seen
  bool reaped_ = false;
};

}  // namespace orchestrate::system
