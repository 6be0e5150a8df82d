#include "system/connections.hpp"

#include <fcntl.h>
#include <gmock/gmock.h>
#include <stdio.h>

#include <array>
#include <boost/asio/io_context.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/local/stream_protocol.hpp>
#include <string>

#include "temporary_directory.hpp"

namespace orchestrate {
namespace {

using testing::ElementsAre;
using testing::IsEmpty;
namespace asio = boost::asio;
using asio::ip::tcp;
using Unix = asio::local::stream_protocol;

/// A grandchild, below a shell, that connects to a server and stays until the server hangs up.
class Client {
 public:
  explicit Client(const std::string& python) {
    const std::string script = "import socket; s = " + python + "; print(s.getsockname(), flush=True); s.recv(1)";
    pipe_ = ::popen(("/usr/bin/python3 -c \"" + script + "\"; true").c_str(), "r");
    std::array<char, 256> line{};
    if (::fgets(line.data(), line.size(), pipe_)) name_ = line.data();  // now it is connected
  }
  Client(const Client&) = delete;
  Client& operator=(const Client&) = delete;
  ~Client() { ::pclose(pipe_); }
  const std::string& name() const { return name_; }

 private:
  FILE* pipe_;
  std::string name_;
};

/// As all that the product opens.
template <class Socket>
void close_on_exec(Socket& socket) {
  ::fcntl(socket.native_handle(), F_SETFD, FD_CLOEXEC);
}

TEST(Connections, OfGrandchildrenAreToldWithBothTheirEnds) {
  asio::io_context io;
  tcp::acceptor acceptor(io, tcp::endpoint(asio::ip::address_v4::loopback(), 0));
  const auto port = std::to_string(acceptor.local_endpoint().port());
  tcp::socket our_own(io);
  our_own.connect(acceptor.local_endpoint());
  auto accepted = acceptor.accept();
  close_on_exec(our_own);
  close_on_exec(accepted);
  const Client client("socket.create_connection(('127.0.0.1', " + port + "))");
  const tcp::socket theirs = acceptor.accept();
  const std::string local = "127.0.0.1:" + std::to_string(theirs.remote_endpoint().port());
  EXPECT_THAT(system::connections_of_children(), ElementsAre(Connection{local, "127.0.0.1:" + port}));
}

TEST(Connections, OverIpv6AreToldAsPostgresWritesThem) {
  asio::io_context io;
  tcp::acceptor acceptor(io, tcp::endpoint(asio::ip::address_v6::loopback(), 0));
  const auto port = std::to_string(acceptor.local_endpoint().port());
  const Client client("socket.create_connection(('::1', " + port + "))");
  const tcp::socket theirs = acceptor.accept();
  const std::string local = "::1:" + std::to_string(theirs.remote_endpoint().port());
  EXPECT_THAT(system::connections_of_children(), ElementsAre(Connection{local, "::1:" + port}));
}

TEST(Connections, OverUnixSocketsAreToldByTheServersPath) {
  const TemporaryDirectory directory;
  const std::string path = (directory.path() / ".s.PGSQL.5432").string();
  asio::io_context io;
  Unix::acceptor acceptor(io, path);
  Unix::socket our_own(io);
  our_own.connect(path);
  auto accepted = acceptor.accept();
  close_on_exec(our_own);
  close_on_exec(accepted);
  const Client client("[s for s in [socket.socket(socket.AF_UNIX)] if not s.connect('" + path +
                      "')][0]; pair = socket.socketpair()");
  const Unix::socket theirs = acceptor.accept();
  EXPECT_THAT(system::connections_of_children(), ElementsAre(Connection{"", path}));
}

TEST(Connections, AreNoneWithoutChildren) {
  EXPECT_THAT(system::connections_of_children(), IsEmpty());
}

}  // namespace
}  // namespace orchestrate
