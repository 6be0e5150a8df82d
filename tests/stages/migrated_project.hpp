#pragma once

#include <string>

#include "stages/bench.hpp"
#include "system/temporary_postgres.hpp"

namespace orchestrate {

/// A project as its operator would have it: a virtualenv that sees Debian's Alembic, migrations 001 and 002, a unit.
/// Its database is nowhere.
class BotProject {
 public:
  BotProject();

  /// Runs preflight as in a run, or as `plan` does.
  Outcome preflight();
  Outcome plan();

  Policy& policy() { return bench.application.policy; }
  std::string sh(const std::string& script) const { return bench.checkout.sh(script); }
  void revision(const std::string& id, const std::string& down) const;
  /// Makes revision 002, the pending one, do that.
  void pending(const std::string& statement) const;

  StageBench bench;
  Settings settings;
};

/// The same with a database `app` of role `bot` that is at 001. Everything is as preflight wants it.
class MigratedProject : public BotProject {
 public:
  MigratedProject();

  /// SQL as the superuser, in the app's database.
  std::string sql(const std::string& statements) const { return postgres.sql(statements, "app"); }

  TemporaryPostgres postgres;
};

/// The settings of preflight when the policy says nothing.
Settings preflight_defaults();

}  // namespace orchestrate
