#pragma once

#include <span>

#include "review/rule.hpp"

/// Each in the file of its name.
namespace orchestrate::rules {

std::span<const Rule> blindness();  ///< nobody can tell
std::span<const Rule> data_loss();
std::span<const Rule> data_changes();  ///< DML
std::span<const Rule> scope();         ///< of another application, or of the whole server
std::span<const Rule> privileges();
std::span<const Rule> transactions();
std::span<const Rule> timeouts();
std::span<const Rule> locks();  ///< that a table's users wait for
std::span<const Rule> constraints();
std::span<const Rule> running_code();  ///< what breaks code that does not know the change yet
std::span<const Rule> graph();         ///< of revisions
std::span<const Rule> rows();          ///< that are there and do not fit
std::span<const Rule> style();

}  // namespace orchestrate::rules
