#pragma once

namespace orchestrate {

/// Only the application's user writes its ledger; everyone else reads.
/// `glance` reads, too, but does not wait for whoever keeps the file locked: a daemon has others to answer.
enum class LedgerAccess { read, write, glance };

}  // namespace orchestrate
