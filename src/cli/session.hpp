#pragma once

#include <filesystem>
#include <memory>
#include <optional>

#include "cli/arguments.hpp"
#include "orchestrate/policy.hpp"
#include "orchestrate/ports.hpp"
#include "orchestrate/secret.hpp"

namespace boost::asio {
class io_context;
}

namespace orchestrate::cli {

/// What a verb touches beside the project and its database: `services` are systemd's units and the journal.
enum class Reach { project, services };
/// Whether it needs a state directory or only looks whether there is one.
enum class State { as_it_is, made };

/// One application opened for one verb, and all adapters on one io_context. Making it, as root, first does what needs
/// root and nothing that the application could lead elsewhere: its place under /var/lib, an env file that only root can
/// change, the system bus and the journal. Then it becomes the policy's user for good; everything else of the
/// application is touched as that user only.
class Session {
 public:
  Session(Policy policy, const Arguments& arguments, Reach reach, State state);
  ~Session();

  const Application& application() const { return application_; }
  /// For another verb on the same application.
  void work_by(Policy policy) { application_.policy = std::move(policy); }
  const Redactor& redactor() const { return redactor_; }
  const std::filesystem::path& state_directory() const { return state_directory_; }
  boost::asio::io_context& io() { return *io_; }
  Ports& ports() { return *ports_; }

  /// Before ports() is asked for: `lock` is the descriptor that an upgrade's process inherits.
  void make_commands(std::optional<int> lock);

  /// Runs the task to its end on the io_context; its exception is ours.
  int run(Task<int> task);

 private:
  Application application_;
  Redactor redactor_;
  std::filesystem::path state_directory_;
  std::unique_ptr<boost::asio::io_context> io_;
  std::unique_ptr<Commands> commands_;
  std::unique_ptr<Databases> databases_;
  std::unique_ptr<ServiceManager> services_;
  std::unique_ptr<Journal> journal_;
  std::unique_ptr<Host> host_;
  std::unique_ptr<Clock> clock_;
  std::unique_ptr<Network> network_;
  std::unique_ptr<Ports> ports_;
};

}  // namespace orchestrate::cli
