#pragma once

#include <stop_token>

#include "orchestrate/ports.hpp"

namespace orchestrate {

/// Runs `companion` beside `work`. When `work` has ended, `over` is stopped, and `companion` is waited for.
Task<Exit> beside(Task<Exit> work, Task<> companion, std::stop_source over);

}  // namespace orchestrate
