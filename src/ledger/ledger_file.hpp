#pragma once

#include <filesystem>
#include <optional>

#include "ledger/sqlite.hpp"

namespace orchestrate {

/// Path of the ledger in a state directory, if there is one. Not being able to tell is an Error.
std::optional<std::filesystem::path> find_ledger_file(const std::filesystem::path& directory);

/// Makes a ledger without events; it appears under its name only when complete. One that is there by then stays.
std::filesystem::path create_ledger_file(const std::filesystem::path& directory);

/// Refuses a file that is no ledger of ours, or one of a newer orchestrate.
void check_schema(const Sqlite& sqlite);

/// Brings an older schema to ours.
void upgrade_schema(Sqlite& sqlite);

}  // namespace orchestrate
