#include "system/process_tree.hpp"

#include <signal.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <algorithm>
#include <charconv>
#include <filesystem>
#include <fstream>
#include <optional>
#include <sstream>
#include <string>

#include "system/descriptor.hpp"

namespace orchestrate::system {
namespace {

/// proc(5): "pid (comm) state ppid pgrp session ... starttime"; comm may hold spaces and parentheses.
std::optional<ProcessEntry> read_entry(pid_t pid) {
  std::ifstream file("/proc/" + std::to_string(pid) + "/stat");
  std::string line;
  if (!std::getline(file, line)) return std::nullopt;
  const std::size_t name_end = line.rfind(')');
  if (name_end == std::string::npos) return std::nullopt;
  std::istringstream fields(line.substr(name_end + 1));
  ProcessEntry entry{.pid = pid};
  pid_t group = 0;
  fields >> entry.state >> entry.parent >> group >> entry.session;
  std::string skipped;
  constexpr int fields_between_session_and_starttime = 15;
  for (int i = 0; i < fields_between_session_and_starttime; ++i) fields >> skipped;
  if (!(fields >> entry.started)) return std::nullopt;
  return entry;
}

std::optional<pid_t> number(const std::string& text) {
  pid_t value = 0;
  const auto [end, problem] = std::from_chars(text.data(), text.data() + text.size(), value);
  if (problem != std::errc{} || end != text.data() + text.size()) return std::nullopt;
  return value;
}

}  // namespace

ProcessTable process_table() {
  ProcessTable table;
  std::error_code problem;
  for (std::filesystem::directory_iterator at("/proc", problem), end; !problem && at != end; at.increment(problem)) {
    const auto pid = number(at->path().filename().string());
    if (!pid) continue;
    if (const auto entry = read_entry(*pid)) table.push_back(*entry);
  }
  return table;
}

unsigned long long start_time(pid_t pid) {
  const auto entry = read_entry(pid);
  return entry ? entry->started : 0;
}

std::set<ProcessId> with_descendants(const ProcessTable& table, const std::set<ProcessId>& roots) {
  std::set<pid_t> pids;
  for (const ProcessId& root : roots) pids.insert(root.pid);
  std::set<ProcessId> found = roots;
  // Children may stand before their parents in the table, so until nothing is new.
  for (bool grew = true; grew;) {
    grew = false;
    for (const ProcessEntry& entry : table) {
      if (pids.contains(entry.pid) || (!pids.contains(entry.parent) && !pids.contains(entry.session))) continue;
      pids.insert(entry.pid);
      found.insert({entry.pid, entry.started});
      grew = true;
    }
  }
  return found;
}

void send_signal(ProcessId process, int number) {
  const Descriptor handle(static_cast<int>(::syscall(SYS_pidfd_open, process.pid, 0)));
  if (!handle || start_time(process.pid) != process.started) return;
  ::syscall(SYS_pidfd_send_signal, handle.get(), number, nullptr, 0);
}

}  // namespace orchestrate::system
