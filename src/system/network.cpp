#include "system/network.hpp"

#include <fmt/format.h>

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/generic/stream_protocol.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/local/stream_protocol.hpp>
#include <boost/asio/redirect_error.hpp>
#include <boost/asio/this_coro.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <boost/beast/core/flat_buffer.hpp>
#include <boost/beast/http.hpp>
#include <exception>
#include <optional>

#include "orchestrate/error.hpp"
#include "system/offload.hpp"

namespace orchestrate::system {
namespace {

namespace asio = boost::asio;
namespace http = boost::beast::http;
using asio::use_awaitable;
using boost::system::error_code;
using boost::system::system_error;
using std::chrono::milliseconds;
using Socket = asio::generic::stream_protocol::socket;
using Address = asio::generic::stream_protocol::endpoint;

constexpr milliseconds margin = std::chrono::seconds(1);  // the exchange keeps the deadline itself

std::string text_of(const Endpoint& server) {
  if (server.host.starts_with('/')) return server.host;
  const bool v6 = server.host.find(':') != std::string::npos;
  return fmt::format("{}{}{}:{}", v6 ? "[" : "", server.host, v6 ? "]" : "", server.port);
}

std::string reason(const error_code& error) {
  const bool of_http = error.category() == http::make_error_code(http::error::end_of_stream).category();
  return (of_http ? "no HTTP answer: " : "") + error.message();
}

Task<std::vector<Address>> addresses_of(Endpoint server) {
  std::vector<Address> addresses;
  if (server.host.starts_with('/')) {
    addresses.emplace_back(asio::local::stream_protocol::endpoint(server.host));
    co_return addresses;
  }
  const auto executor = co_await asio::this_coro::executor;
  asio::ip::tcp::resolver resolver(executor);
  const std::string port = std::to_string(server.port);
  const auto found = co_await resolver.async_resolve(server.host, port, use_awaitable);
  for (const auto& entry : found) addresses.emplace_back(entry.endpoint());
  co_return addresses;
}

/// The first address that answers; the last one's error when none does.
Task<Socket> connected(Endpoint server) {
  const auto executor = co_await asio::this_coro::executor;
  const std::vector<Address> addresses = co_await addresses_of(std::move(server));
  error_code error = asio::error::host_not_found;
  for (const Address& address : addresses) {
    Socket socket(executor);
    co_await socket.async_connect(address, asio::redirect_error(use_awaitable, error));
    if (!error) co_return socket;
  }
  throw system_error(error);
}

Task<int> status_of_get(Endpoint server, std::string target) {
  Socket socket = co_await connected(server);
  http::request<http::empty_body> request(http::verb::get, target, 11);
  request.set(http::field::host, text_of(server));
  request.set(http::field::user_agent, "orchestrate");
  request.set(http::field::connection, "close");
  co_await http::async_write(socket, request, use_awaitable);
  boost::beast::flat_buffer buffer;
  http::response_parser<http::empty_body> parser;
  co_await http::async_read_header(socket, buffer, parser, use_awaitable);
  co_return static_cast<int>(parser.get().result_int());
}

Task<int> only_connected(Endpoint server) {
  co_await connected(std::move(server));
  co_return 0;
}

Error unanswered(std::string doing, milliseconds limit) {
  return {ErrorKind::unreachable, std::move(doing),
          fmt::format("no answer within {:g} s", static_cast<double>(limit.count()) / 1000)};
}

/// One exchange on a loop of its own, so that a name server that hangs holds only the thread that runs this.
int run_to_its_end(const std::string& doing, Task<int> exchange, milliseconds limit) {
  std::exception_ptr problem;
  std::optional<int> result;
  bool ended = false;
  asio::io_context io(1);
  asio::co_spawn(io, std::move(exchange), [&](std::exception_ptr thrown, int value) {
    problem = thrown;
    if (!thrown) result = value;
    ended = true;
  });
  io.run_for(limit);
  if (!ended) throw unanswered(doing, limit);
  try {
    if (problem) std::rethrow_exception(problem);
  } catch (const system_error& error) {
    throw Error(ErrorKind::unreachable, doing, reason(error.code()));
  }
  return *result;
}

Task<int> offloaded(std::string doing, std::function<Task<int>()> exchange, milliseconds limit, std::stop_token stop) {
  std::function<int()> work = [doing, exchange = std::move(exchange), limit] {
    return run_to_its_end(doing, exchange(), limit);
  };
  Offloaded<int> answer(std::move(work));
  const Waited waited = co_await answer.wait(limit + margin, std::move(stop));
  if (waited == Waited::stopped) throw Error(ErrorKind::stopped, doing, "the run was stopped");
  if (waited == Waited::deadline) throw unanswered(doing, limit);
  co_return answer.take();
}

class Sockets : public Network {
 public:
  Task<> connect(Endpoint server, milliseconds limit, std::stop_token stop) override {
    std::function<Task<int>()> exchange = [server] { return only_connected(server); };
    co_await offloaded("connect to " + text_of(server), std::move(exchange), limit, std::move(stop));
  }

  Task<int> http_get(Endpoint server, std::string target, milliseconds limit, std::stop_token stop) override {
    std::function<Task<int>()> exchange = [server, target] { return status_of_get(server, target); };
    co_return co_await offloaded("GET http://" + text_of(server) + target, std::move(exchange), limit, std::move(stop));
  }
};

}  // namespace

std::unique_ptr<Network> make_network() {
  return std::make_unique<Sockets>();
}

}  // namespace orchestrate::system
