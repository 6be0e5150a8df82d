#include "gate/ask.hpp"

#include <future>

#include "engine/newest_upgrade.hpp"
#include "engine/phase.hpp"
#include "orchestrate/error.hpp"
#include "schema/state.hpp"

namespace orchestrate {

Task<Standing> standing_now(const Application& application, Databases& databases, std::stop_token stop) {
  const Migrations& migrations = application.policy.migrations;
  // While the server makes a session, which takes it longer.
  std::future<RevisionGraph> files =
      std::async(std::launch::async, [&] { return read_revisions(migrations.versions); });
  try {
    const SessionOptions options{.application_name = "orchestrate gate", .use = SessionOptions::Use::one_question};
    const auto database = co_await databases.connect(application.for_sessions(), options, stop);
    const auto rows = co_await version_rows_at_once(*database, migrations.version_table, stop);
    co_return standing_of(files.get(), migrations.version_table, rows);
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
