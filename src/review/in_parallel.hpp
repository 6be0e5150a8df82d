#pragma once

#include <algorithm>
#include <atomic>
#include <cstddef>
#include <future>
#include <thread>
#include <vector>

namespace orchestrate {

/// Calls `work(0)` to `work(count - 1)`, each once, on as many processors as there are, one of which is the caller's.
/// Where one throws, an exception is thrown when all have ended.
template <class Work>
void in_parallel(std::size_t count, const Work& work) {
  std::atomic<std::size_t> next = 0;
  const auto share = [&] {
    for (std::size_t i = next++; i < count; i = next++) work(i);
  };
  const std::size_t threads =
      std::clamp<std::size_t>(std::thread::hardware_concurrency(), 1, std::max<std::size_t>(count, 1));
  std::vector<std::future<void>> others(threads - 1);  // each of which ends before its future does
  for (std::future<void>& other : others) other = std::async(std::launch::async, share);
  share();
  for (std::future<void>& other : others) other.get();
}

}  // namespace orchestrate
