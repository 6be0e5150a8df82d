#include "cli/session.hpp"

#include <cstdlib>
#include <filesystem>

#include <unistd.h>
#include <boost/asio/io_context.hpp>

#include "bus/systemd_bus.hpp"
#include "cli/place.hpp"
#include "cli/run_task.hpp"
#include "policy/env_file.hpp"
#include "policy/resolve.hpp"
#include "system/clock.hpp"
#include "system/command.hpp"
#include "system/database.hpp"
#include "system/host.hpp"
#include "system/journal.hpp"
#include "system/network.hpp"
#include "system/service_manager.hpp"

namespace orchestrate::cli {

namespace {

struct EnvRead {
  Environment variables;
  std::vector<EnvDifference> differences;
};

/// systemd gives a worker an env file that only root may read as a credential.
std::optional<EnvFile> credential() {
  const char* directory = std::getenv("CREDENTIALS_DIRECTORY");
  if (!directory) return std::nullopt;
  EnvFile file{.path = std::filesystem::path(directory) / "env"};
  if (!std::filesystem::exists(file.path)) return std::nullopt;
  return file;
}

EnvRead read_env(const Policy& policy) {
  if (!policy.project.env_file) return {};
  EnvFile file = *policy.project.env_file;
  if (const auto given = credential()) file.path = given->path;
  return {read_env_file(file), env_differences(file)};
}

/// With root's right, when nobody but root can have decided which file that is.
std::optional<EnvRead> env_that_root_decides(const Policy& policy) {
  const auto& file = policy.project.env_file;
  if (::geteuid() != 0 || !file || !only_root_may_change(file->path)) return std::nullopt;
  return read_env(policy);
}

}  // namespace

Session::Session(Policy policy, const Arguments& arguments, Reach reach, State state)
    : io_(std::make_unique<boost::asio::io_context>(1)) {
  const system::Account account = account_for(policy);
  const bool root = ::geteuid() == 0;
  const bool in_our_place = root && !arguments.state;
  state_directory_ = cli::state_directory(policy.app, arguments);
  if (state == State::made && in_our_place) make_state_directory(state_directory_, account);
  auto env = env_that_root_decides(policy);
  const bool with_services = reach == Reach::services && !policy.units().empty();
  services_ = system::make_service_manager(with_services ? bus::SystemdBus::open() : nullptr);
  journal_ = reach == Reach::services ? system::make_journal() : system::make_closed_journal();

  if (root) system::become(account);
  if (state == State::made && !in_our_place) make_state_directory(state_directory_, account);
  if (!env) env = read_env(policy);
  application_ = resolve(std::move(policy), std::move(env->variables));
  application_.env_differences = std::move(env->differences);
  application_.home = account.home;
  redactor_ = Redactor(secrets_of(application_));
  databases_ = system::make_databases();
  host_ = system::make_host();
  clock_ = system::make_clock(*io_);
  network_ = system::make_network();
}

Session::~Session() = default;

void Session::make_commands(std::optional<int> lock) {
  commands_ = system::make_commands(*io_, redactor_, lock);
  ports_ = std::make_unique<Ports>(Ports{*commands_, *databases_, *services_, *journal_, *host_, *clock_, *network_});
}

int Session::run(Task<int> task) {
  return run_to_end(*io_, std::move(task));
}

}  // namespace orchestrate::cli
