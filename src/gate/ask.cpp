#include "gate/ask.hpp"

#include "engine/newest_upgrade.hpp"
#include "engine/phase.hpp"
#include "orchestrate/error.hpp"
#include "schema/state.hpp"

namespace orchestrate {

Task<Standing> standing_now(const Application& application, Databases& databases, std::stop_token stop) {
  const Migrations& migrations = application.policy.migrations;
  try {
    const SessionOptions options{.application_name = "orchestrate gate"};
    const auto database = co_await databases.connect(application.for_sessions(), options, stop);
    const auto rows = co_await version_rows(*database, migrations.version_table, stop);
    co_return standing_of(read_revisions(migrations.versions), migrations.version_table, rows);
  } catch (const Error& error) {
    if (error.kind() == ErrorKind::stopped) throw;
    co_return Standing{Standing::Kind::unknown, error.what()};
  }
}

GateMemory gate_memory(const Ledger& ledger) {
  GateMemory memory{newest_upgrade(ledger), ledger.gate_opening()};
  if (const auto id = ledger.unfinished()) {
    Run run = replay(ledger.events(*id));
    if (phase_of(run) != Phase::before_upgrade) memory.migration = std::move(run);
  }
  return memory;
}

}  // namespace orchestrate
