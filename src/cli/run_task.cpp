#include "cli/run_task.hpp"

#include <exception>
#include <utility>

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/io_context.hpp>

namespace orchestrate::cli {

int run_to_end(boost::asio::io_context& io, Task<int> task) {
  int result = 0;
  std::exception_ptr failure;
  boost::asio::co_spawn(io, std::move(task), [&](std::exception_ptr error, int value) {
    failure = error;
    result = value;
    io.stop();
  });
  io.run();
  if (failure) std::rethrow_exception(failure);
  return result;
}

}  // namespace orchestrate::cli
