#include "system/network.hpp"

#include <gmock/gmock.h>

#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/local/stream_protocol.hpp>
#include <boost/asio/read_until.hpp>
#include <boost/asio/write.hpp>
#include <thread>

#include "on_loop.hpp"
#include "orchestrate/error.hpp"
#include "temporary_directory.hpp"

namespace orchestrate {
namespace {

using namespace std::chrono_literals;
using testing::HasSubstr;
using testing::StartsWith;
namespace asio = boost::asio;
using asio::ip::tcp;

/// Reads one request on 127.0.0.1 and says its answer; without one it stays silent until the client has gone.
class Server {
 public:
  explicit Server(std::string answer) : answer_(std::move(answer)), thread_([this] { serve(); }) {}
  Server(const Server&) = delete;
  Server& operator=(const Server&) = delete;
  ~Server() {
    if (thread_.joinable()) thread_.join();
  }
  Endpoint endpoint() const { return {"127.0.0.1", acceptor_.local_endpoint().port()}; }
  /// What it was asked.
  std::string request() {
    thread_.join();
    return request_;
  }

 private:
  void serve() {
    tcp::socket client = acceptor_.accept();
    boost::system::error_code gone;
    asio::read_until(client, asio::dynamic_buffer(request_), "\r\n\r\n", gone);
    if (!answer_.empty()) asio::write(client, asio::buffer(answer_), gone);
    std::array<char, 64> rest{};
    while (answer_.empty() && !gone) client.read_some(asio::buffer(rest), gone);
  }

  asio::io_context io_;
  tcp::acceptor acceptor_{io_, tcp::endpoint(asio::ip::address_v4::loopback(), 0)};
  std::string answer_, request_;
  std::thread thread_;
};

class Web : public testing::Test {
 protected:
  int get(Endpoint server, std::string target, std::chrono::milliseconds limit = 5s) {
    return on_loop(io, network->http_get(std::move(server), std::move(target), limit, stop.get_token()));
  }
  void connect(Endpoint server) { on_loop(io, network->connect(std::move(server), 5s, stop.get_token())); }
  /// Why a GET has no answer.
  std::string refusal(const Endpoint& server, std::chrono::milliseconds limit = 5s) {
    try {
      return "status " + std::to_string(get(server, "/", limit));
    } catch (const Error& error) {
      EXPECT_EQ(error.kind(), ErrorKind::unreachable);
      return error.why();
    }
  }

  asio::io_context io;
  std::unique_ptr<Network> network = system::make_network();
  std::stop_source stop;
};

/// A port of 127.0.0.1 where nobody listens: it is bound, and that is all.
class Unheard {
 public:
  Endpoint endpoint() const { return {"127.0.0.1", socket_.local_endpoint().port()}; }

 private:
  asio::io_context io_;
  tcp::socket socket_{io_, tcp::endpoint(asio::ip::address_v4::loopback(), 0)};
};

TEST_F(Web, TellsTheStatusThatAGetIsAnsweredWith) {
  Server server("HTTP/1.1 204 No Content\r\n\r\n");
  const Endpoint endpoint = server.endpoint();
  EXPECT_EQ(get(endpoint, "/health?deep=1"), 204);
  const std::string request = server.request();
  EXPECT_THAT(request, StartsWith("GET /health?deep=1 HTTP/1.1\r\n"));
  EXPECT_THAT(request, HasSubstr("Host: 127.0.0.1:" + std::to_string(endpoint.port) + "\r\n"));
}

TEST_F(Web, DoesNotWaitForTheBodyAndFollowsNothing) {
  const Server busy("HTTP/1.1 503 Service Unavailable\r\nContent-Length: 1000000\r\n\r\nbusy");
  EXPECT_EQ(get(busy.endpoint(), "/"), 503);
  const Server elsewhere("HTTP/1.1 301 Moved Permanently\r\nLocation: /other\r\n\r\n");
  EXPECT_EQ(get(elsewhere.endpoint(), "/"), 301);
}

TEST_F(Web, IsFoundByName) {
  const Server server("HTTP/1.0 200 OK\r\n\r\n");
  EXPECT_EQ(get({"localhost", server.endpoint().port}, "/"), 200);
}

TEST_F(Web, SaysWhyThereIsNoAnswer) {
  const Unheard unheard;
  EXPECT_EQ(refusal(unheard.endpoint()), "Connection refused");
  EXPECT_THAT(refusal({"no-such-host.invalid", 80}), HasSubstr("ost not found"));
  const Server silent("");
  EXPECT_EQ(refusal(silent.endpoint(), 50ms), "no answer within 0.05 s");
  const Server ssh("SSH-2.0-OpenSSH_9.2\r\n");
  EXPECT_THAT(refusal(ssh.endpoint()), StartsWith("no HTTP answer: "));
}

TEST_F(Web, ThatIsStoppedDoesNotWaitOn) {
  const Server silent("");
  stop.request_stop();
  try {
    get(silent.endpoint(), "/", 200ms);
    FAIL();
  } catch (const Error& error) {
    EXPECT_EQ(error.kind(), ErrorKind::stopped);
  }
}

TEST_F(Web, IsConnectedToOverTcp) {
  const Server server("");
  EXPECT_NO_THROW(connect(server.endpoint()));
  const Unheard unheard;
  EXPECT_THROW(connect(unheard.endpoint()), Error);
}

TEST_F(Web, IsConnectedToOverAUnixSocket) {
  const TemporaryDirectory directory;
  const std::string path = (directory.path() / "bot.sock").string();
  EXPECT_THROW(connect({path}), Error);
  const asio::local::stream_protocol::acceptor listening(io, path);
  EXPECT_NO_THROW(connect({path}));
}

}  // namespace
}  // namespace orchestrate
