#include "daemon/questions.hpp"

#include <chrono>
#include <cstddef>
#include <deque>

#include <boost/asio/redirect_error.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/asio/this_coro.hpp>
#include <boost/asio/use_awaitable.hpp>

#include "orchestrate/error.hpp"

namespace orchestrate::daemon {
namespace {

using boost::asio::steady_timer;

constexpr std::size_t most_open = 16, most_waiting = 512;
constexpr auto longest_wait = std::chrono::seconds(20);  // then whoever called is about to give up, too

}  // namespace

struct Questions::User {
  std::size_t open = 0;
  std::deque<steady_timer*> waiting;  ///< whoever is cancelled has got the turn of one that ended
};

/// Held while a question is open.
class Questions::Turn {
 public:
  Turn(Questions& questions, std::uint32_t uid) : questions_(questions), uid_(uid), user_(questions.users_[uid]) {
    if (!user_) user_ = questions.users_[uid] = std::make_shared<User>();
  }
  ~Turn() {
    if (has_begun_) end();
  }
  Turn(const Turn&) = delete;
  Turn& operator=(const Turn&) = delete;

  Task<> begin() {
    if (user_->open == most_open) co_await wait();
    if (!has_begun_) ++user_->open;
    has_begun_ = true;
  }

 private:
  Task<> wait() {
    if (user_->waiting.size() == most_waiting) refuse();
    steady_timer turn(co_await boost::asio::this_coro::executor, longest_wait);
    user_->waiting.push_back(&turn);
    boost::system::error_code cancelled;
    co_await turn.async_wait(boost::asio::redirect_error(boost::asio::use_awaitable, cancelled));
    has_begun_ = cancelled == boost::asio::error::operation_aborted;
    std::erase(user_->waiting, &turn);
    if (!has_begun_) refuse();
  }

  [[noreturn]] static void refuse() {
    throw Error(ErrorKind::denied, "ask polkit", "this user asks too much at once", "try again in a moment");
  }

  /// The turn goes to the next one who still waits.
  void end() {
    while (!user_->waiting.empty()) {
      steady_timer* next = user_->waiting.front();
      user_->waiting.pop_front();
      if (next->cancel() > 0) return;
    }
    if (--user_->open == 0) questions_.users_.erase(uid_);
  }

  Questions& questions_;
  std::uint32_t uid_;
  std::shared_ptr<User> user_;
  bool has_begun_ = false;
};

Task<bool> Questions::ask(std::uint32_t uid, Task<bool> question) {
  Turn turn(*this, uid);
  co_await turn.begin();
  const bool answer = co_await std::move(question);
  co_return answer;
}

}  // namespace orchestrate::daemon
