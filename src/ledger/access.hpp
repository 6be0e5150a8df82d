#pragma once

namespace orchestrate {

/// Only the application's user writes its ledger; everyone else reads.
enum class LedgerAccess { read, write };

}  // namespace orchestrate
