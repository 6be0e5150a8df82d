#include "bus/call.hpp"

#include <sdbus-c++/sdbus-c++.h>

#include <memory>
#include <optional>

#include <boost/asio/io_context.hpp>
#include <boost/asio/redirect_error.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/asio/use_awaitable.hpp>

#include "bus/connection.hpp"
#include "bus/dialect.hpp"

namespace orchestrate::bus {
namespace {

struct Answer {
  explicit Answer(boost::asio::io_context& io) : arrived(io, boost::asio::steady_timer::time_point::max()) {}

  void set(const sdbus::MethodReply& given, const ReplyError& error) {
    reply = given;
    if (!error.name.empty()) failure.emplace(error.name, error.message);
    is_there = true;
    arrived.cancel();
  }

  boost::asio::steady_timer arrived;
  bool is_there = false;
  sdbus::MethodReply reply;
  std::optional<CallFailed> failure;
};

}  // namespace

Task<> call(Connection& connection, Method method, Fill fill, Take take, std::chrono::milliseconds limit) {
  const auto answer = std::make_shared<Answer>(connection.io());
  const auto proxy = proxy_at(connection.raw(), method.service, method.path);  // as long as the answer is waited for
  try {
    call_async(*proxy, method.interface, method.name, fill, limit,
               [answer](sdbus::MethodReply& reply, const ReplyError& error) { answer->set(reply, error); });
  } catch (const sdbus::Error& error) {
    throw CallFailed(error.getName(), error.getMessage());
  }
  connection.sent();
  boost::system::error_code cancelled;
  while (!answer->is_there)
    co_await answer->arrived.async_wait(boost::asio::redirect_error(boost::asio::use_awaitable, cancelled));
  if (answer->failure) throw *answer->failure;
  take(answer->reply);
}

}  // namespace orchestrate::bus
