#include "daemon/turns.hpp"

#include <cstddef>

#include <boost/asio/redirect_error.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/asio/this_coro.hpp>
#include <boost/asio/use_awaitable.hpp>

#include "orchestrate/error.hpp"

namespace orchestrate::daemon {
namespace {

constexpr std::size_t most_open = 16, most_waiting = 512;

}  // namespace

struct Turns::User {
  explicit User(const boost::asio::steady_timer::executor_type& executor)
      : ended(executor, boost::asio::steady_timer::time_point::max()) {}
  std::size_t open = 0, waiting = 0;
  boost::asio::steady_timer ended;  ///< never goes off: it is cancelled
};

Turns::Turns() = default;
Turns::~Turns() = default;

Task<> Turns::wait(std::uint32_t uid) {
  const auto executor = co_await boost::asio::this_coro::executor;
  std::unique_ptr<User>& entry = users_[uid];
  if (!entry) entry = std::make_unique<User>(executor);
  User& user = *entry;
  if (user.open >= most_open && user.waiting >= most_waiting)
    throw Error(ErrorKind::denied, "ask polkit", "this user asks too much at once", "try again in a moment");
  ++user.waiting;
  while (user.open >= most_open) {
    boost::system::error_code cancelled;
    co_await user.ended.async_wait(boost::asio::redirect_error(boost::asio::use_awaitable, cancelled));
  }
  --user.waiting;
  ++user.open;
}

void Turns::end(std::uint32_t uid) {
  const auto found = users_.find(uid);
  User& user = *found->second;
  --user.open;
  user.ended.cancel_one();
  if (user.open == 0 && user.waiting == 0) users_.erase(found);
}

}  // namespace orchestrate::daemon
