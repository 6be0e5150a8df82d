#include "system/clock.hpp"

#include <gtest/gtest.h>

#include <thread>

#include "on_loop.hpp"
#include "orchestrate/error.hpp"

namespace orchestrate {
namespace {

using namespace std::chrono_literals;

TEST(Clock, SleepsAsLongAsAsked) {
  boost::asio::io_context io;
  const auto clock = system::make_clock(io);
  const auto begin = clock->boot();
  on_loop(io, clock->sleep(30ms, {}));
  EXPECT_GE(clock->boot() - begin, 29ms);  // whole milliseconds are compared
}

TEST(Clock, WakesWhenAnotherThreadStopsIt) {
  boost::asio::io_context io;
  const auto clock = system::make_clock(io);
  std::stop_source source;
  const std::jthread stopper([&] { source.request_stop(); });
  EXPECT_THROW(on_loop(io, clock->sleep(1h, source.get_token())), Error);
}

TEST(Clock, DoesNotSleepWhenStoppedBefore) {
  boost::asio::io_context io;
  const auto clock = system::make_clock(io);
  std::stop_source source;
  source.request_stop();
  EXPECT_THROW(on_loop(io, clock->sleep(1h, source.get_token())), Error);
}

}  // namespace
}  // namespace orchestrate
