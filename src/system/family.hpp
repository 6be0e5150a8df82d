#pragma once

#include <set>
#include <vector>

#include "system/process_tree.hpp"

namespace orchestrate::system {

/// The children we started, and who among the processes that lost their parent to us came from which of them.
///
/// As a subreaper we inherit what escaped by setsid or double fork. Nothing in it names the child it came from, so an
/// escapee counts as a live child's as long as it could be: it was started after that child. What we start by other
/// means stays in our session and is never touched.
class Family {
 public:
  void add(ProcessId child);
  void ended(ProcessId child);

  /// What belongs to `child` now, ended processes left out. `known` is what belonged to it before.
  std::set<ProcessId> tree_of(const ProcessTable& table, ProcessId child, const std::set<ProcessId>& known) const;
  /// What belongs to no live child.
  std::set<ProcessId> strays(const ProcessTable& table) const;
  /// Waits for inherited processes that have ended.
  void reap(const ProcessTable& table) const;

 private:
  bool inherited(const ProcessEntry& entry) const;
  std::vector<ProcessId> possible_parents(const ProcessEntry& entry) const;

  std::set<ProcessId> alive_;
  std::set<pid_t> sessions_ended_;
  unsigned long long first_start_ = ~0ULL;
};

}  // namespace orchestrate::system
