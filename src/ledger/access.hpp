#pragma once

namespace orchestrate {

/// Only the application's user writes its ledger; everyone else reads.
/// `glance` reads, too, but within limits of time and memory whatever the file is, and does not wait for whoever keeps
/// it locked: a daemon has others to answer.
enum class LedgerAccess { read, write, glance };

}  // namespace orchestrate
