#include "cli/session.hpp"

#include <exception>

#include <unistd.h>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/io_context.hpp>

#include "cli/place.hpp"
#include "policy/env_file.hpp"
#include "policy/resolve.hpp"
#include "system/clock.hpp"
#include "system/command.hpp"
#include "system/database.hpp"
#include "system/host.hpp"
#include "system/journal.hpp"
#include "system/service_manager.hpp"
#include "system/systemd_bus.hpp"

namespace orchestrate::cli {

Opened open_application(Policy policy) {
  system::Account account = account_for(policy);
  Environment environment;
  if (policy.project.env_file) environment = read_env_file(*policy.project.env_file);
  Application application = resolve(std::move(policy), std::move(environment));
  if (const auto& file = application.policy.project.env_file) application.env_differences = env_differences(*file);
  application.home = account.home;
  Redactor redactor(secrets_of(application));
  return {std::move(application), std::move(redactor), std::move(account)};
}

void drop_root(const system::Account& account) {
  if (::geteuid() == 0) system::become(account);
}

Session::Session(const Opened& opened, Reach reach) : io_(std::make_unique<boost::asio::io_context>(1)) {
  const bool with_services = reach == Reach::services && !opened.application.policy.services.empty();
  services_ = system::make_service_manager(with_services ? system::SystemdBus::open() : nullptr);
  journal_ = system::make_journal();
  drop_root(opened.account);
  databases_ = system::make_databases();
  host_ = system::make_host();
  clock_ = system::make_clock(*io_);
}

Session::~Session() = default;

void Session::make_commands(const Redactor& redactor, std::optional<int> lock) {
  commands_ = system::make_commands(*io_, redactor, lock);
  ports_ = std::make_unique<Ports>(Ports{*commands_, *databases_, *services_, *journal_, *host_, *clock_});
}

int Session::run(Task<int> task) {
  int result = 0;
  std::exception_ptr failure;
  boost::asio::co_spawn(*io_, std::move(task), [&](std::exception_ptr error, int value) {
    failure = error;
    result = value;
    io_->stop();
  });
  io_->run();
  if (failure) std::rethrow_exception(failure);
  return result;
}

}  // namespace orchestrate::cli
