#pragma once

#include <gtest/gtest.h>

#include <functional>
#include <memory>
#include <optional>
#include <string>

#include "stages/migrated_project.hpp"

namespace orchestrate {

/// A session of somebody else in the app's database.
class Holder {
 public:
  Holder(StageBench& bench, DatabaseUrl url);
  void run(const std::string& statement);
  void release() { database_.reset(); }

 private:
  StageBench& bench_;
  std::unique_ptr<Database> database_;
};

/// A project with an env.py of its own and a database `app` of role `bot` at 001, on a server for all tests of a
/// program. A test writes revision 002, has it reviewed, and upgrades.
class UpgradingBot : public testing::Test, public BotProject {
 protected:
  static void SetUpTestSuite();
  UpgradingBot();

  /// Revision 002 with this upgrade(), lines of Python.
  void migration(const std::string& body);
  /// Preflight and review, as in a run; whatever is red is approved.
  void reviewed();
  Outcome upgrade();
  /// Takes ACCESS EXCLUSIVE on cfg.panels until it is released.
  void somebody_locks_panels();
  /// Acts while the next upgrade runs, once this query has rows.
  void once(const std::string& has_rows, std::function<void()> act);
  /// Acts while the next upgrade runs, once the migration waits for a lock.
  void once_it_waits(std::function<void()> act);
  /// SQL as the superuser in the app's database; one line without its end.
  std::string sql(const std::string& statements) const;
  /// What the children of the upgrade wrote.
  std::string log() const;
  /// Pids of the migration's sessions, as the server sees them.
  std::string sessions() const;
  /// Where the server listens besides its unix socket.
  static std::string tcp_address();

  static std::unique_ptr<TemporaryPostgres> server;  // one for the program, for it takes seconds to make
  std::optional<Holder> somebody;
  Settings upgrade_settings;
};

bool has_evidence(const Outcome& outcome, std::string_view name);

}  // namespace orchestrate
