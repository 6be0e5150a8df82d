#include "system/ending.hpp"

#include <fmt/format.h>
#include <signal.h>

#include <algorithm>
#include <boost/asio/steady_timer.hpp>
#include <boost/asio/this_coro.hpp>
#include <boost/asio/use_awaitable.hpp>

namespace orchestrate::system {
namespace {

using std::chrono::milliseconds;

constexpr milliseconds longest_pause{100};
constexpr std::chrono::seconds kill_patience{5};

}  // namespace

Task<std::set<ProcessId>> end_processes(std::function<std::set<ProcessId>()> processes,
                                        std::function<bool()> grace_is_over) {
  boost::asio::steady_timer timer(co_await boost::asio::this_coro::executor);
  std::set<ProcessId> asked, left;
  milliseconds pause{5};
  std::chrono::steady_clock::time_point give_up = std::chrono::steady_clock::time_point::max();
  for (left = processes(); !left.empty(); left = processes()) {
    const bool kills = grace_is_over();
    if (kills) give_up = std::min(give_up, std::chrono::steady_clock::now() + kill_patience);
    if (std::chrono::steady_clock::now() >= give_up) break;
    for (const ProcessId& process : left) {
      if (kills) send_signal(process, SIGKILL);
      if (kills || !asked.insert(process).second) continue;
      send_signal(process, SIGTERM);
      send_signal(process, SIGCONT);  // a stopped process would not see the TERM
    }
    timer.expires_after(pause);
    co_await timer.async_wait(boost::asio::use_awaitable);
    pause = std::min(pause * 2, longest_pause);
  }
  co_return left;
}

std::string names_of(const std::set<ProcessId>& processes) {
  std::string text;
  for (const ProcessId& process : processes) text += fmt::format("{}pid {}", text.empty() ? "" : ", ", process.pid);
  return text;
}

}  // namespace orchestrate::system
