#pragma once

#include <stop_token>

#include "orchestrate/task.hpp"

namespace orchestrate::backup {

/// Runs both at the same time. When one fails, `over` is stopped and the other waited for; the first failure is thrown.
Task<> together(Task<> one, Task<> other, std::stop_source over);

}  // namespace orchestrate::backup
