#pragma once

#include "orchestrate/ledger.hpp"

namespace orchestrate {

/// What runs and nights found about backups, and which of them a run that changed the database may yet be undone from:
/// those of the newest three such runs, as far as nobody has confirmed them or a later one.
BackupMemory backup_memory(const Ledger& ledger);

}  // namespace orchestrate
