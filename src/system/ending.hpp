#pragma once

#include <chrono>
#include <functional>
#include <set>
#include <string>

#include "orchestrate/task.hpp"
#include "system/process_tree.hpp"

namespace orchestrate::system {

/// Asks `processes` which are left until none is: TERM to each once, KILL to each again and again when `grace` is over
/// (it is asked anew, so that it can be cut short). Returns those that not even KILL ended in a bounded time, such as a
/// process that hangs in a disk driver.
Task<std::set<ProcessId>> end_processes(std::function<std::set<ProcessId>()> processes,
                                        std::function<bool()> grace_is_over);

/// "pid 812, pid 815".
std::string names_of(const std::set<ProcessId>& processes);

}  // namespace orchestrate::system
