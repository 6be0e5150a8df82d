#pragma once

#include <sys/types.h>

namespace orchestrate::cli {

/// While it lives, polkit asks for passwords on this terminal, by its own pkttyagent: over SSH nobody else would. None
/// for root, where standard input is no terminal, and where that program is not installed.
class PasswordAgent {
 public:
  PasswordAgent();
  ~PasswordAgent();
  PasswordAgent(const PasswordAgent&) = delete;
  PasswordAgent& operator=(const PasswordAgent&) = delete;

 private:
  pid_t agent_ = -1;
};

}  // namespace orchestrate::cli
