#include "system/family.hpp"

#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>

namespace orchestrate::system {
namespace {

/// Those of `wanted` that are in the table and not ended.
std::set<ProcessId> running(const ProcessTable& table, const std::set<ProcessId>& wanted) {
  std::set<ProcessId> found;
  for (const ProcessEntry& entry : table)
    if (entry.state != 'Z' && wanted.contains({entry.pid, entry.started})) found.insert({entry.pid, entry.started});
  return found;
}

}  // namespace

void Family::add(ProcessId child) {
  alive_.insert(child);
  sessions_ended_.erase(child.pid);
  first_start_ = std::min(first_start_, child.started);
}

void Family::ended(ProcessId child) {
  alive_.erase(child);
  sessions_ended_.insert(child.pid);
}

bool Family::inherited(const ProcessEntry& entry) const {
  if (entry.parent != ::getpid() || entry.session == ::getsid(0) || entry.started < first_start_) return false;
  return !alive_.contains({entry.pid, entry.started});
}

std::vector<ProcessId> Family::possible_parents(const ProcessEntry& entry) const {
  if (sessions_ended_.contains(entry.session)) return {};
  std::vector<ProcessId> parents;
  for (const ProcessId& child : alive_) {
    if (entry.session == child.pid) return {child};
    if (child.started <= entry.started) parents.push_back(child);
  }
  return parents;
}

std::set<ProcessId> Family::tree_of(const ProcessTable& table, ProcessId child,
                                    const std::set<ProcessId>& known) const {
  std::set<ProcessId> roots = running(table, known);
  roots.insert(child);  // ended or not: the members of its session are found by its number
  for (const ProcessEntry& entry : table)
    if (inherited(entry) && possible_parents(entry) == std::vector{child}) roots.insert({entry.pid, entry.started});
  return running(table, with_descendants(table, roots));
}

std::set<ProcessId> Family::strays(const ProcessTable& table) const {
  std::set<ProcessId> roots;
  for (const ProcessEntry& entry : table)
    if (inherited(entry) && possible_parents(entry).empty()) roots.insert({entry.pid, entry.started});
  return running(table, with_descendants(table, roots));
}

void Family::reap(const ProcessTable& table) const {
  for (const ProcessEntry& entry : table)
    if (entry.state == 'Z' && inherited(entry)) ::waitpid(entry.pid, nullptr, WNOHANG);
}

}  // namespace orchestrate::system
