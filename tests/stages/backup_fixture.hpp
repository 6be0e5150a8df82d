#pragma once

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <boost/asio/io_context.hpp>
#include <memory>
#include <stop_token>
#include <string>
#include <utility>
#include <vector>

#include "../backup/folder.hpp"
#include "../system/on_loop.hpp"
#include "../system/temporary_postgres.hpp"
#include "orchestrate/error.hpp"
#include "stages/backup.hpp"
#include "system/database.hpp"
#include "system/host.hpp"

namespace orchestrate {

/// This host, with as much free space as the test says.
class RoomyHost : public Host {
 public:
  FreeSpace space(const std::filesystem::path&) const override { return {available, available}; }
  std::uint64_t available_memory() const override { return real_->available_memory(); }
  std::vector<std::string> writers(const std::filesystem::path& file) const override { return real_->writers(file); }
  std::string name() const override { return "test"; }
  std::vector<Connection> connections_of_children() const override { return {}; }

  std::uint64_t available = 1ULL << 40;

 private:
  std::unique_ptr<Host> real_ = system::make_host();
};

/// What a backup has no use for.
class NoServices : public ServiceManager, public Journal, public Network {
 public:
  Task<UnitState> state(UnitName, std::stop_token) override { throw std::logic_error("no unit is asked for"); }
  Task<JobEnd> restart(UnitName, std::stop_token) override { throw std::logic_error("no unit is restarted"); }
  Task<JobEnd> start(UnitName, std::stop_token) override { throw std::logic_error("no unit is started"); }
  Task<JobEnd> stop(UnitName, std::stop_token) override { throw std::logic_error("no unit is stopped"); }
  Task<std::vector<JournalLine>> lines(UnitName, std::string, std::size_t) override {
    throw std::logic_error("no journal is read");
  }
  bool readable() const override { return false; }
  Task<> connect(Endpoint, std::chrono::milliseconds, std::stop_token) override {
    throw std::logic_error("nothing is connected to");
  }
  Task<int> http_get(Endpoint, std::string, std::chrono::milliseconds, std::stop_token) override {
    throw std::logic_error("nothing is got");
  }
};

/// A bot with a real database, and a folder for its dumps.
class BackupStage : public testing::Test {
 protected:
  BackupStage();

  /// Runs a program of the host as an operator would; its standard output.
  std::string shell(const std::string& line);
  /// A program that goes on while the test does.
  std::unique_ptr<Process> child(const std::string& line);
  std::string line_of(Process& process);
  /// What cron would have left there.
  std::filesystem::path cron_dump(const std::string& name, const std::string& options = "-Fc");

  Settings check_settings(const std::filesystem::path& path) const;
  Settings take_settings() const;
  Command command(const std::string& line) const;
  StageContext context();
  Outcome run(Settings settings);
  /// All lines of a failed outcome; empty when it passed. An Error counts as its line.
  std::string refusal(Settings settings);
  std::vector<std::string> names() const;

  boost::asio::io_context io_;
  std::unique_ptr<Commands> commands_;
  std::unique_ptr<Clock> clock_;
  std::unique_ptr<Databases> databases_ = system::make_databases();
  RoomyHost host_;
  NoServices services_;
  Ports ports_{*commands_, *databases_, services_, services_, host_, *clock_, services_};
  TemporaryPostgres server_;

  Folder folder_, logs_;
  Application application_;
  orchestrate::Run run_;
  std::vector<Approval> approvals_;
  std::vector<AppliedRevision> applied_;
  GateMemory gate_;
  BackupMemory backups_;
  std::filesystem::path output_ = logs_.path() / "backup.log";
  std::filesystem::path state_;  ///< where a throw-away server may be
  std::stop_source stop_;
  std::function<void(std::string_view)> on_record_ = [](std::string_view) {};
  std::function<void(std::string)> on_progress_ = [](const std::string&) {};
  std::vector<std::pair<std::string, Json>> facts_;
};

}  // namespace orchestrate
