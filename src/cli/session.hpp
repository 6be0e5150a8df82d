#pragma once

#include <filesystem>
#include <memory>
#include <optional>

#include "orchestrate/policy.hpp"
#include "orchestrate/ports.hpp"
#include "orchestrate/secret.hpp"
#include "system/user.hpp"

namespace boost::asio {
class io_context;
}

namespace orchestrate::cli {

/// The application with its secrets, read while we may still be root.
struct Opened {
  Application application;
  Redactor redactor;
  system::Account account;
};
Opened open_application(Policy policy);

/// Becomes the policy's user for good, when we are root.
void drop_root(const system::Account& account);

/// What a verb touches beside the project and its database.
enum class Reach { project, services };

/// All adapters on one io_context. Making it, as root, opens the system bus and the journal first and then becomes the
/// policy's user for good: from there on nothing of the application is touched as root.
class Session {
 public:
  Session(const Opened& opened, Reach reach);
  ~Session();

  boost::asio::io_context& io() { return *io_; }
  Ports& ports() { return *ports_; }
  /// Before any child: the descriptor that an upgrade's process inherits.
  void make_commands(const Redactor& redactor, std::optional<int> lock);

  /// Runs the task to its end on the io_context; its exception is ours.
  int run(Task<int> task);

 private:
  std::unique_ptr<boost::asio::io_context> io_;
  std::unique_ptr<Commands> commands_;
  std::unique_ptr<Databases> databases_;
  std::unique_ptr<ServiceManager> services_;
  std::unique_ptr<Journal> journal_;
  std::unique_ptr<Host> host_;
  std::unique_ptr<Clock> clock_;
  std::unique_ptr<Ports> ports_;
};

}  // namespace orchestrate::cli
