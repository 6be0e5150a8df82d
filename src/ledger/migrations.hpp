#pragma once

#include <span>
#include <string_view>

namespace orchestrate {

/// The scripts in migrations/, oldest first; a ledger's schema version is the number of those it has seen.
std::span<const std::string_view> ledger_migrations();

}  // namespace orchestrate
