#include "system/lineage.hpp"

#include <signal.h>
#include <sys/wait.h>

namespace orchestrate::system {

Lineage::~Lineage() {
  if (reaped_ || child_.pid == 0) return;
  kill();
  family_.ended(child_);
}

void Lineage::begin(pid_t child) {
  child_ = {child, start_time(child)};
  family_.add(child_);
}

std::set<ProcessId> Lineage::alive() {
  const ProcessTable table = process_table();
  family_.reap(table);
  known_ = family_.tree_of(table, child_, known_);
  return known_;
}

void Lineage::kill() {
  for (const ProcessId& process : alive()) send_signal(process, SIGKILL);
}

std::optional<int> Lineage::reap() {
  int status = 0;
  if (::waitpid(child_.pid, &status, WNOHANG) != child_.pid) return std::nullopt;
  reaped_ = true;
  family_.ended(child_);
  return status;
}

}  // namespace orchestrate::system
