#include "engine/gathering.hpp"

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/redirect_error.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/asio/use_awaitable.hpp>

namespace orchestrate {

namespace asio = boost::asio;

/// The timer never runs out: its cancellation wakes who waits.
struct Gathering::State {
  explicit State(const asio::any_io_executor& loop)
      : executor(loop), bell(loop, asio::steady_timer::time_point::max()) {}

  asio::any_io_executor executor;
  asio::steady_timer bell;
  std::size_t running = 0, ended = 0, seen = 0;
};

Gathering::Gathering(const asio::any_io_executor& executor) : state_(std::make_unique<State>(executor)) {}

Gathering::~Gathering() = default;

void Gathering::begin(Task<> task, std::function<void(std::exception_ptr)> at_end) {
  ++state_->running;
  asio::co_spawn(state_->executor, std::move(task),
                 [state = state_.get(), at_end = std::move(at_end)](std::exception_ptr failure) {
                   --state->running;
                   ++state->ended;
                   at_end(failure);
                   state->bell.cancel();
                 });
}

std::size_t Gathering::running() const {
  return state_->running;
}

Task<> Gathering::next_end() {
  while (state_->ended == state_->seen) {
    boost::system::error_code cancelled;
    co_await state_->bell.async_wait(asio::redirect_error(asio::use_awaitable, cancelled));
  }
  state_->seen = state_->ended;
}

}  // namespace orchestrate
