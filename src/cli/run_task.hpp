#pragma once

#include "orchestrate/task.hpp"

namespace boost::asio {
class io_context;
}

namespace orchestrate::cli {

/// Runs the task to its end on `io`; its exception is ours.
int run_to_end(boost::asio::io_context& io, Task<int> task);

}  // namespace orchestrate::cli
