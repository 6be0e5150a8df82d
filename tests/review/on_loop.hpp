#pragma once

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/io_context.hpp>
#include <exception>
#include <optional>

#include "orchestrate/task.hpp"

namespace orchestrate {

/// Runs one coroutine to its end and gives its result, or throws what it threw.
template <class T>
T on_loop(boost::asio::io_context& io, Task<T> task) {
  std::exception_ptr problem;
  std::optional<T> result;
  boost::asio::co_spawn(io, std::move(task), [&](std::exception_ptr thrown, T value) {
    problem = thrown;
    if (!thrown) result.emplace(std::move(value));
  });
  io.restart();
  while (!problem && !result && io.run_one() > 0) continue;
  if (problem) std::rethrow_exception(problem);
  return std::move(result).value();
}

}  // namespace orchestrate
