#include "system/offload.hpp"

#include <fcntl.h>
#include <sys/eventfd.h>

#include <boost/asio/posix/stream_descriptor.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/redirect_error.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/asio/this_coro.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <system_error>
#include <thread>

#include "orchestrate/error.hpp"
#include "system/descriptor.hpp"

namespace orchestrate::system {
namespace {

namespace asio = boost::asio;

/// The bell as the event loop sees it, and the alarm clock that ends the wait for it.
struct Wait {
  asio::posix::stream_descriptor bell;
  asio::steady_timer alarm;
};

}  // namespace

struct Errand::Bell {
  Descriptor event{::eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK)};
  void ring() const { ::eventfd_write(event.get(), 1); }
  bool rung() const {
    eventfd_t count = 0;
    if (::eventfd_read(event.get(), &count) != 0) return false;
    ring();  // for whoever asks again
    return true;
  }
};

Errand::Errand(std::function<void()> work) : bell_(std::make_shared<Bell>()) {
  if (!bell_->event) throw Error(ErrorKind::failed, "open an event descriptor", system_reason(errno));
  try {
    std::thread([work = std::move(work), bell = bell_]() mutable {
      work();
      work = nullptr;  // what it owned goes before anybody hears of its end
      bell->ring();
    }).detach();
  } catch (const std::system_error& error) {
    throw Error(ErrorKind::failed, "start a thread", error.code().message());
  }
}

Task<Waited> Errand::wait(std::chrono::milliseconds limit, std::stop_token stop) const {
  const auto bell = bell_;
  const auto executor = co_await asio::this_coro::executor;
  const int handle = ::fcntl(bell->event.get(), F_DUPFD_CLOEXEC, 3);
  if (handle < 0) throw Error(ErrorKind::failed, "open an event descriptor", system_reason(errno));
  const auto wait = std::make_shared<Wait>(
      Wait{asio::posix::stream_descriptor(executor, handle), asio::steady_timer(executor, limit)});
  wait->alarm.async_wait([weak = std::weak_ptr(wait)](const boost::system::error_code& cancelled) {
    const auto waiting = weak.lock();
    if (!cancelled && waiting) waiting->bell.close();
  });
  const std::stop_callback on_stop(stop, [executor, weak = std::weak_ptr(wait)] {
    asio::post(executor, [weak] {
      if (const auto waiting = weak.lock()) waiting->bell.close();
    });
  });
  boost::system::error_code closed;
  while (!closed) {  // the event loop may wake us for nothing
    co_await wait->bell.async_wait(asio::posix::stream_descriptor::wait_read,
                                   asio::redirect_error(asio::use_awaitable, closed));
    if (bell->rung()) co_return Waited::done;
    if (stop.stop_requested()) co_return Waited::stopped;
  }
  co_return Waited::deadline;
}

}  // namespace orchestrate::system
