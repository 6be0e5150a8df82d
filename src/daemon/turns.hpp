#pragma once

#include <cstdint>
#include <map>
#include <memory>

#include "orchestrate/task.hpp"

namespace orchestrate::daemon {

/// How many questions to polkit a user may have open at once: the bus lets a connection wait for 128 answers, which are
/// all users' together, and one of them must not use them up.
class Turns {
 public:
  /// Held while a question is open.
  class Turn {
   public:
    explicit Turn(Turns& turns, std::uint32_t uid) : turns_(turns), uid_(uid) {}
    ~Turn() { turns_.end(uid_); }
    Turn(const Turn&) = delete;
    Turn& operator=(const Turn&) = delete;

   private:
    Turns& turns_;
    std::uint32_t uid_;
  };

  Turns();
  ~Turns();
  /// Until fewer are open; to be followed by a Turn. Throws Error (`denied`) when too many wait already.
  Task<> wait(std::uint32_t uid);

 private:
  struct User;
  void end(std::uint32_t uid);

  std::map<std::uint32_t, std::unique_ptr<User>> users_;
};

}  // namespace orchestrate::daemon
