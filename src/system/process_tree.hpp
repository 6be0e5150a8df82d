#pragma once

#include <sys/types.h>

#include <set>
#include <vector>

namespace orchestrate::system {

/// One line of the process table.
struct ProcessEntry {
  pid_t pid = 0, parent = 0, session = 0;
  char state = '?';                ///< `Z`: ended, not yet reaped
  unsigned long long started = 0;  ///< clock ticks after boot
};

/// A process that cannot be mistaken for a later one with its number.
struct ProcessId {
  pid_t pid = 0;
  unsigned long long started = 0;
  auto operator<=>(const ProcessId&) const = default;
};

using ProcessTable = std::vector<ProcessEntry>;

ProcessTable process_table();
/// When `pid` was started, from /proc/PID/stat; 0 when there is no such process.
unsigned long long start_time(pid_t pid);

/// `roots`, all processes of the sessions they lead, and everything that descends from these.
std::set<ProcessId> with_descendants(const ProcessTable& table, const std::set<ProcessId>& roots);

/// Sends a signal to that very process, or to none.
void send_signal(ProcessId process, int number);

}  // namespace orchestrate::system
