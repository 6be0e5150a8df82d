#pragma once

#include <cstdint>
#include <map>
#include <memory>

#include "orchestrate/task.hpp"

namespace orchestrate::daemon {

/// Questions to polkit that are open. The bus lets a connection wait for 128 answers, which are all users' together, so
/// none may have more than its part; further ones wait for their turn, in their order.
class Questions {
 public:
  /// The answer. Throws what asking throws, and Error (`denied`) when this user's turn does not come.
  Task<bool> ask(std::uint32_t uid, Task<bool> question);

 private:
  struct User;
  class Turn;
  std::map<std::uint32_t, std::shared_ptr<User>> users_;
};

}  // namespace orchestrate::daemon
