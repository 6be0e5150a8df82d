#pragma once

#include <algorithm>
#include <atomic>
#include <cstddef>
#include <future>
#include <thread>
#include <vector>

namespace orchestrate {

/// Calls `work(0)` to `work(count - 1)`, each once, on as many processors as there are. Where one throws, the first
/// exception is thrown when all have ended.
template <class Work>
void in_parallel(std::size_t count, const Work& work) {
  std::atomic<std::size_t> next = 0;
  const auto share = [&] {
    for (std::size_t i = next++; i < count; i = next++) work(i);
  };
  std::vector<std::future<void>> others(std::min<std::size_t>(std::thread::hardware_concurrency(), count));
  for (std::future<void>& other : others) other = std::async(std::launch::async, share);
  for (std::future<void>& other : others) other.wait();
  for (std::future<void>& other : others) other.get();
}

}  // namespace orchestrate
