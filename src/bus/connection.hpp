#pragma once

#include <memory>
#include <string>

namespace boost::asio {
class io_context;
}
namespace sdbus {
class IConnection;
}

namespace orchestrate::bus {

/// One connection to the system bus on the io_context that holds all logic. A lost bus ends io_context::run() with an
/// Error (`unreachable`).
class Connection {
 public:
  /// Throws Error (`unreachable`).
  explicit Connection(boost::asio::io_context& io);
  ~Connection();

  sdbus::IConnection& raw() { return *connection_; }
  boost::asio::io_context& io() { return io_; }
  /// Throws Error (`failed`) when another has it, or the bus does not let us.
  void own(const std::string& name);
  /// After anything was sent: it is flushed, and the deadline of its answer counts from now.
  void sent();

 private:
  class Loop;
  boost::asio::io_context& io_;
  std::unique_ptr<sdbus::IConnection> connection_;
  std::shared_ptr<Loop> loop_;
};

}  // namespace orchestrate::bus
