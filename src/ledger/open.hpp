#pragma once

#include <cstdint>
#include <filesystem>
#include <memory>
#include <optional>

#include "ledger/access.hpp"
#include "orchestrate/ledger.hpp"
#include "orchestrate/secret.hpp"

namespace orchestrate {

/// Opens `ledger.sqlite` in an application's state directory. Write access makes the file and upgrades its schema.
/// Read access never writes; a directory without the file is a ledger without runs, anything else that cannot be read
/// is an Error. Every text passes `redactor` before it is written.
std::unique_ptr<Ledger> open_ledger(const std::filesystem::path& directory, LedgerAccess access, Redactor redactor);

/// Sequence of the first event that is not as it was written; none when the whole chain holds. Taking away the newest
/// events leaves a chain that holds: only the copy in the system's journal shows that.
std::optional<std::int64_t> verify_chain(const std::filesystem::path& directory);

}  // namespace orchestrate
